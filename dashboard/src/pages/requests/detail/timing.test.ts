import { expect, test } from "vitest";
import type { Schemas } from "~/api/client";
import { timingOf } from "./timing";

const attempt = (more: Partial<Schemas["AttemptResource"]>): Schemas["AttemptResource"] => ({
  account: "work",
  accountId: "a",
  startedMs: 0,
  connectedMs: null,
  firstByteMs: null,
  endedMs: null,
  status: 200,
  outcome: "served",
  message: null,
  nextStep: "relay",
  upstreamRequestId: null,
  errorBody: null,
  maybeBilled: false,
  ...more,
});
const base = { queuedMs: 0, overheadMs: 1, ttftMs: null, streaming: true };

test("an attempt that failed, then one that served, phase by phase", () => {
  const { total, rows } = timingOf({
    ...base,
    responseTimeMs: 1000,
    ttftMs: 400,
    attempts: [
      attempt({ startedMs: 1, connectedMs: 20, firstByteMs: 90, endedMs: 91, status: 429, outcome: "rate_limited" }),
      attempt({ account: "spare", startedMs: 92, firstByteMs: 300, endedMs: 999 }),
    ],
  });
  expect(total).toBe(1000);
  expect(rows.map((row) => [row.label, row.note])).toEqual([
    ["work", "rate limited 429"],
    ["spare", ""],
    ["Claudeflare", ""],
  ]);
  expect(rows[0]?.segments.map((each) => each.phase)).toEqual(["connect", "first-byte", "stream"]);
  expect(rows[1]?.segments).toEqual([
    { phase: "first-byte", from: 92, to: 300 },
    { phase: "first-content", from: 300, to: 400 },
    { phase: "stream", from: 400, to: 999 },
  ]);
  expect(rows[2]?.segments.map((each) => [each.from, each.to])).toEqual([
    [0, 1],
    [91, 92],
    [999, 1000],
  ]);
});

test("what was waited in the queue is told apart from Claudeflare's own time", () => {
  const { rows } = timingOf({
    ...base,
    responseTimeMs: 600,
    queuedMs: 498,
    attempts: [attempt({ startedMs: 500, endedMs: 600 })],
  });
  expect(rows[0]?.segments).toEqual([{ phase: "queued", from: 0, to: 498 }]);
  expect(rows.at(-1)?.segments).toEqual([{ phase: "overhead", from: 498, to: 500 }]);
});

test("a request that was refused has only Claudeflare's own time", () => {
  const { rows } = timingOf({ ...base, responseTimeMs: 0.4, attempts: [] });
  expect(rows).toEqual([
    { label: "Claudeflare", note: "", failed: false, segments: [{ phase: "overhead", from: 0, to: 0.4 }] },
  ]);
});

test("a connection that never came about", () => {
  const { rows } = timingOf({
    ...base,
    responseTimeMs: 10,
    attempts: [attempt({ endedMs: 10, outcome: "connect_failed", status: null })],
  });
  expect(rows[0]).toMatchObject({
    failed: true,
    note: "connect failed",
    segments: [{ phase: "connect", from: 0, to: 10 }],
  });
});

test("a pause before a retry is not Claudeflare's own time", () => {
  const { rows } = timingOf({
    ...base,
    responseTimeMs: 30,
    attempts: [
      attempt({ endedMs: 5, outcome: "overloaded", nextStep: "retry" }),
      attempt({ startedMs: 15, endedMs: 30 }),
    ],
  });
  expect(rows[0]).toMatchObject({ label: "Waiting", segments: [{ phase: "pause", from: 5, to: 15 }] });
  expect(rows.map((row) => row.label)).not.toContain("Claudeflare");
});
