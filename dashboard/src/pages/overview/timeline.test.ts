import { expect, it } from "vitest";
import type { Happening } from "~/api/live-events";
import { timeline } from "./timeline";

const happening = (kind: string, at: string, changes: Partial<Happening> = {}): Happening => ({
  at: `2026-11-22T15:${at}Z`,
  kind,
  account: "work",
  accountId: "1",
  modelClass: null,
  clientKey: null,
  reason: null,
  until: null,
  count: 1,
  text: `${kind} at ${at}`,
  ...changes,
});
const texts = (found: Happening[]) => found.map((each) => each.text);

it("puts what was told and what is on record in one order, newest first", () => {
  const recorded = [happening("recovered", "40:00"), happening("limited", "20:00")];
  expect(texts(timeline(recorded, [happening("strategy", "30:00")]))).toEqual([
    "recovered at 40:00",
    "strategy at 30:00",
    "limited at 20:00",
  ]);
});

it("tells once what was told and is on record", () => {
  const recorded = [happening("limited", "20:01")];
  const told = [happening("limited", "20:05"), happening("limited", "20:06", { modelClass: "opus" })];
  expect(timeline(recorded, told)).toHaveLength(2);
});

it("adds up requests that moved the same way", () => {
  const moved = (at: string, count: number, reason = "spare") => happening("moved", at, { reason, count });
  expect(
    texts(timeline([], [moved("40:10", 2), moved("40:05", 1, "lab"), moved("39:59", 1198), moved("30:00", 1)])),
  ).toEqual([
    "1,200 requests moved from work to spare.",
    "1 request moved from work to lab.",
    "1 request moved from work to spare.",
  ]);
});

it("keeps no more than asked for", () => {
  expect(timeline([happening("limited", "20:00"), happening("recovered", "10:00")], [], 1)).toHaveLength(1);
});
