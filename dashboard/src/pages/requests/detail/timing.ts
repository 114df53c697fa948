// Where a request's time went: waiting, each attempt by phase, and Claudeflare's own part.
import type { Schemas } from "~/api/client";

type Detail = Pick<
  Schemas["RequestDetail"],
  "responseTimeMs" | "queuedMs" | "overheadMs" | "ttftMs" | "attempts" | "streaming"
>;
type Attempt = Schemas["AttemptResource"];

export type Phase = "queued" | "connect" | "first-byte" | "first-content" | "stream" | "overhead";

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
  const { queued, own } = between(detail, total);
  const rows: TimingRow[] = [];
  if (queued.length > 0) rows.push({ label: "Queue", note: "", failed: false, segments: queued });
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

/** The times between attempts: as much of the longest as was queued for, the rest is Claudeflare's own. */
function between(detail: Detail, total: number): { queued: Segment[]; own: Segment[] } {
  const gaps: [number, number][] = [];
  let covered = 0;
  for (const attempt of detail.attempts) {
    if (attempt.startedMs > covered) gaps.push([covered, attempt.startedMs]);
    covered = Math.max(covered, attempt.endedMs ?? total);
  }
  if (covered < total) gaps.push([covered, total]);
  const queued: Segment[] = [];
  const own: Segment[] = [];
  let left = detail.queuedMs;
  for (const [from, to] of gaps.toSorted((one, other) => other[1] - other[0] - (one[1] - one[0]))) {
    const waited = Math.min(left, to - from);
    left -= waited;
    if (waited > 0) queued.push({ phase: "queued", from, to: from + waited });
    if (from + waited < to) own.push({ phase: "overhead", from: from + waited, to });
  }
  const inOrder = (segments: Segment[]) => segments.toSorted((one, other) => one.from - other.from);
  return { queued: inOrder(queued), own: inOrder(own) };
}
