// Where a request's time went: waiting, each attempt by phase, and Claudeflare's own part.
import type { Schemas } from "~/api/client";

type Detail = Pick<
  Schemas["RequestDetail"],
  "responseTimeMs" | "queuedMs" | "overheadMs" | "ttftMs" | "attempts" | "streaming"
>;
type Attempt = Schemas["AttemptResource"];

export type Phase = "queued" | "pause" | "connect" | "first-byte" | "first-content" | "stream" | "overhead";

/** Milliseconds after the request's start. */
export interface Segment {
  phase: Phase;
  from: number;
  to: number;
}

export interface TimingRow {
  label: string;
  note: string;
  failed: boolean;
  segments: Segment[];
}

export const PHASES: Record<Phase, string> = {
  queued: "waiting for an account",
  pause: "pause before trying again",
  connect: "connecting",
  "first-byte": "until the first byte",
  "first-content": "until the first content",
  stream: "until the end",
  overhead: "in Claudeflare",
};

export function timingOf(detail: Detail): { total: number; rows: TimingRow[] } {
  const ends = detail.attempts.map((each) => each.endedMs ?? each.startedMs);
  const total = Math.max(detail.responseTimeMs, ...ends, 0.001);
  const attempts = detail.attempts.map((each, index) =>
    attemptRow(each, index, detail, index === detail.attempts.length - 1, total),
  );
  const { waits, own } = between(detail, total);
  const rows: TimingRow[] = [];
  if (waits.length > 0) rows.push({ label: "Waiting", note: "", failed: false, segments: waits });
  rows.push(...attempts);
  if (own.length > 0) rows.push({ label: "Claudeflare", note: "", failed: false, segments: own });
  return { total, rows };
}

function attemptRow(attempt: Attempt, index: number, detail: Detail, last: boolean, total: number): TimingRow {
  const end = attempt.endedMs ?? (last ? total : attempt.startedMs);
  const marks: [Phase, number | null][] = [
    ["connect", attempt.connectedMs],
    ["first-byte", attempt.firstByteMs],
    ["first-content", last && attempt.firstByteMs !== null ? detail.ttftMs : null],
  ];
  const segments: Segment[] = [];
  let from = attempt.startedMs;
  for (const [phase, at] of marks) {
    if (at === null || at < from || at > end) continue;
    segments.push({ phase, from, to: at });
    from = at;
  }
  const rest: Phase =
    attempt.firstByteMs === null ? (attempt.connectedMs === null ? "connect" : "first-byte") : "stream";
  if (end > from) segments.push({ phase: rest, from, to: end });
  const failed = attempt.outcome !== "served";
  const note = failed ? [attempt.outcome.replaceAll("_", " "), attempt.status].filter(Boolean).join(" ") : "";
  return { label: attempt.account || `attempt ${index + 1}`, note, failed, segments };
}

interface Between {
  from: number;
  to: number;
  /** After an attempt that was to be repeated: Claudeflare waits on purpose. */
  pause: boolean;
}

/** The times between attempts: as much of the longest as was queued for, pauses, and Claudeflare's own part. */
function between(detail: Detail, total: number): { waits: Segment[]; own: Segment[] } {
  const waits: Segment[] = [];
  const own: Segment[] = [];
  let left = detail.queuedMs;
  const longestFirst = gapsOf(detail, total).toSorted((one, other) => other.to - other.from - (one.to - one.from));
  for (const { from, to, pause } of longestFirst) {
    const waited = Math.min(left, to - from);
    left -= waited;
    if (waited > 0) waits.push({ phase: "queued", from, to: from + waited });
    if (from + waited >= to) continue;
    if (pause) waits.push({ phase: "pause", from: from + waited, to });
    else own.push({ phase: "overhead", from: from + waited, to });
  }
  const inOrder = (segments: Segment[]) => segments.toSorted((one, other) => one.from - other.from);
  return { waits: inOrder(waits), own: inOrder(own) };
}

function gapsOf(detail: Detail, total: number): Between[] {
  const gaps: Between[] = [];
  let covered = 0;
  let pause = false;
  for (const attempt of detail.attempts) {
    if (attempt.startedMs > covered) gaps.push({ from: covered, to: attempt.startedMs, pause });
    covered = Math.max(covered, attempt.endedMs ?? total);
    pause = attempt.nextStep === "retry";
  }
  if (covered < total) gaps.push({ from: covered, to: total, pause: false });
  return gaps;
}
