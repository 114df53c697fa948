// What is looked at: range, zone and filters, as the page's URL has them and as the API wants them.

export const RANGES = [
  { value: "1h", label: "1 h" },
  { value: "6h", label: "6 h" },
  { value: "24h", label: "24 h" },
  { value: "7d", label: "7 d" },
  { value: "30d", label: "30 d" },
] as const;

export const CHOICES = ["range", "from", "to", "tz", "account", "model", "key", "status", "mode"] as const;

export type Choices = Partial<Record<(typeof CHOICES)[number], string | undefined>>;

export const DEFAULT_RANGE = "24h";

/** The range that is chosen; null for one that is not on offer. */
export const rangeOf = (choices: Choices) =>
  RANGES.find(({ value }) => value === (choices.range ?? DEFAULT_RANGE))?.value ?? null;

/** The query of `/api/analytics`. Moments travel as epoch milliseconds. */
export function queryOf(choices: Choices, timeZone: string) {
  const custom = choices.from !== undefined;
  return {
    ...(custom ? { from: choices.from, to: choices.to } : { range: choices.range ?? DEFAULT_RANGE }),
    tz: choices.tz ?? timeZone,
    ...(choices.account ? { accounts: choices.account } : {}),
    ...(choices.model ? { models: choices.model } : {}),
    ...(choices.key ? { keys: choices.key } : {}),
    ...(choices.status ? { status: choices.status } : {}),
    mode: choices.mode === "cumulative" ? ("cumulative" as const) : ("normal" as const),
  };
}

/** The span that is looked at, in epoch milliseconds; null while it is one of the ranges. */
export function spanOf(choices: Choices): { from: number; to: number } | null {
  const from = Number(choices.from);
  if (choices.from === undefined || Number.isNaN(from)) return null;
  return { from, to: Number(choices.to ?? Date.now()) };
}

/** The least span a chart is zoomed to, in seconds: points are minutes. */
export const LEAST_SPAN = 300;

/** A span that was dragged over, widened around its middle where it is too short. Epoch seconds in, milliseconds out. */
export function zoomed(from: number, to: number): { from: string; to: string } {
  const middle = (from + to) / 2;
  const half = Math.max(to - from, LEAST_SPAN) / 2;
  return { from: String(Math.round((middle - half) * 1000)), to: String(Math.round((middle + half) * 1000)) };
}

/** What "the time before" is called. */
export function periodBefore(choices: Choices): string {
  if (choices.from !== undefined) return "the time before";
  const words: Record<string, string> = { "1h": "the hour before", "24h": "the day before", "7d": "the week before" };
  const range = choices.range ?? DEFAULT_RANGE;
  return words[range] ?? `the ${range} before`;
}
