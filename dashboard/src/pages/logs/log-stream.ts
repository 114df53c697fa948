// The lines of all processes: what was, then what comes, drawn once a frame.
import { useCallback, useEffect, useRef, useState } from "react";
import { type ApiError, page, type Schemas, urlOf } from "~/api/client";
import { type Line, withNew } from "./lines";

export type Following = "connecting" | "live" | "reconnecting";

/** How much of the past is fetched: at first, and each time more is asked for. */
export const DEPTHS = [500, 2000, 10_000] as const;

export interface LogStream {
  /** Undefined until the history is there. */
  lines: readonly Line[] | undefined;
  following: Following;
  error: ApiError | null;
  /** Fetches more of the past; null when there is no more to ask for. */
  earlier: (() => void) | null;
  retry: () => void;
}

export function useLogStream(): LogStream {
  const [lines, setLines] = useState<readonly Line[]>();
  const [following, setFollowing] = useState<Following>("connecting");
  const [error, setError] = useState<ApiError | null>(null);
  const [depth, setDepth] = useState(0);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` begins anew
  useEffect(() => {
    const controller = new AbortController();
    let leave: (() => void) | undefined;
    history(DEPTHS[depth] ?? 0, controller.signal)
      .then(({ items, position }) => {
        setError(null);
        setLines(withNew([], items));
        leave = follow(position, (fresh) => setLines((known) => withNew(known ?? [], fresh)), setFollowing);
      })
      .catch((failure: unknown) => {
        if (!controller.signal.aborted) setError(failure as ApiError);
      });
    return () => {
      controller.abort();
      leave?.();
    };
  }, [depth, attempt]);

  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  const full = lines !== undefined && lines.length >= (DEPTHS[depth] ?? 0);
  const deeper = full && depth + 1 < DEPTHS.length ? () => setDepth(depth + 1) : null;
  return { lines, following, error, earlier: deeper, retry };
}

async function history(limit: number, signal: AbortSignal) {
  const { items, headers } = await page("/api/logs/history", { query: { limit }, signal });
  return { items, position: headers.get("x-last-event-id") };
}

/** Calls `onLines` at most once a frame. Gives what ends it. */
function follow(
  position: string | null,
  onLines: (lines: Schemas["LogLine"][]) => void,
  onState: (state: Following) => void,
): () => void {
  const source = new EventSource(urlOf("/api/logs/stream", { query: { after: position } }));
  let waiting: Schemas["LogLine"][] = [];
  let frame: number | undefined;
  const flush = () => {
    frame = undefined;
    const fresh = waiting;
    waiting = [];
    onLines(fresh);
  };
  source.onopen = () => onState("live");
  source.onerror = () => onState("reconnecting");
  source.onmessage = (event) => {
    waiting.push(JSON.parse(event.data) as Schemas["LogLine"]);
    frame ??= requestAnimationFrame(flush);
  };
  return () => {
    source.close();
    if (frame !== undefined) cancelAnimationFrame(frame);
  };
}

/** The lines as they were when somebody paused; those that came since are counted. */
export function usePause(lines: readonly Line[] | undefined) {
  const [paused, setPaused] = useState<readonly Line[] | null>(null);
  const latest = useRef(lines);
  latest.current = lines;
  const toggle = useCallback(() => setPaused((held) => (held ? null : (latest.current ?? []))), []);
  const last = paused?.at(-1)?.id ?? 0;
  return {
    paused: paused !== null,
    toggle,
    shown: paused ?? lines,
    missed: paused ? (lines ?? []).filter((each) => each.id > last).length : 0,
  };
}
