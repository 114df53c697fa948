// The lines at hand: how many are kept, which are shown.
import type { Schemas } from "~/api/client";
import type { State } from "~/components/StateBadge";

export interface Line extends Omit<Schemas["LogLine"], "level"> {
  level: string;
  /** Counts up as lines come; those of the history before count down. */
  id: number;
}

export const LEVELS = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof LEVELS)[number];

/** Kept at most: the oldest go first. */
export const KEPT = 20_000;

export const STATES: Record<string, State> = { error: "limited", warn: "near", info: "idle", debug: "idle" };

/** What is kept once these lines have come. */
export function withNew(lines: readonly Line[], fresh: readonly Schemas["LogLine"][]): Line[] {
  const next = (lines.at(-1)?.id ?? 0) + 1;
  const added = fresh.map((each, index) => ({ ...each, id: next + index }));
  const all = lines.concat(added);
  return all.length > KEPT ? all.slice(all.length - KEPT) : all;
}

export interface Wanted {
  level: Level;
  process?: string | undefined;
  search?: string | undefined;
}

/** Those of at least this level, of this process, with this text in any of their parts. */
export function wantedLines(lines: readonly Line[], { level, process, search }: Wanted): readonly Line[] {
  const least = LEVELS.indexOf(level);
  const text = search?.toLowerCase() ?? "";
  if (least === 0 && !process && !text) return lines;
  return lines.filter(
    (line) =>
      LEVELS.indexOf(line.level as Level) >= least &&
      (!process || line.process === process) &&
      (!text || `${line.logger} ${line.message} ${line.traceback ?? ""}`.toLowerCase().includes(text)),
  );
}

/** As a file would have it: for the clipboard. */
export function asText(line: Line): string {
  const head = `${line.time} ${line.level.padEnd(5)} ${line.process} ${line.logger}: ${line.message}`;
  return line.traceback ? `${head}\n${line.traceback}` : head;
}

export function processesOf(lines: readonly Line[]): string[] {
  return [...new Set(lines.map((each) => each.process))].sort();
}
