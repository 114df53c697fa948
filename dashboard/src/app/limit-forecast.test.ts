import { describe, expect, it } from "vitest";
import type { Schemas } from "~/api/client";
import { forecast, forecastWords, windowLength } from "./limit-forecast";

const NOW = Date.parse("2026-11-22T15:00:00Z");
const window = (changes: Partial<Schemas["Gauge"]> = {}) =>
  ({
    kind: "window",
    name: "5h",
    modelClass: null,
    limit: null,
    remaining: null,
    utilization: 0.4,
    resetsAt: "2026-11-22T18:00:00Z",
    readAt: "2026-11-22T15:00:00Z",
    status: "allowed",
    ...changes,
  }) as Schemas["Gauge"];

it("knows how long windows last by their names", () => {
  expect(["5h", "7d", "7d_opus", "overage", "50x"].map(windowLength)).toEqual([
    18_000_000,
    604_800_000,
    604_800_000,
    null,
    null,
  ]);
});

describe("forecast", () => {
  it("carries the pace since the window began on to its reset", () => {
    // 2 of 5 hours are gone.
    expect(forecast(window({ utilization: 0.2 }), NOW)?.atReset).toBeCloseTo(0.5);
    expect(forecast(window({ utilization: 0.2 }), NOW)?.reachedAt).toBeNull();
  });

  it("tells when the share that matters is reached: the account's reserve, else 90 %, else all of it", () => {
    expect(forecast(window(), NOW)).toMatchObject({ limit: 0.9, reachedAt: NOW + 2.5 * 3_600_000 });
    expect(forecast(window(), NOW, 0.6)).toMatchObject({ limit: 0.6, reachedAt: NOW + 3_600_000 });
    expect(forecast(window({ utilization: 0.95 }), NOW)?.limit).toBe(1);
  });

  it.each([
    ["a bucket", { kind: "bucket" }],
    ["a name that says no length", { name: "overage" }],
    ["nothing read yet", { utilization: null }],
    ["no reset", { resetsAt: null }],
    ["a reset that is over", { resetsAt: "2026-11-22T14:59:00Z" }],
    ["a window that has just begun", { resetsAt: "2026-11-22T19:58:00Z" }],
    ["a reset further away than the window is long", { resetsAt: "2026-11-23T15:00:00Z" }],
  ])("says nothing of %s", (_, changes) => {
    expect(forecast(window(changes), NOW)).toBeNull();
  });
});

describe("in words", () => {
  it.each([
    [{}, "At this pace it reaches 90\u202f% at 17:30, 30 min before it resets."],
    [{ utilization: 0.2 }, "At this pace 50\u202f% by its reset at 18:00."],
    [{ utilization: 1.02 }, "Used up: all of it is there again at 18:00."],
    [{ resetsAt: "2026-11-22T19:58:00Z" }, "Resets at 19:58. Too early to say where it is heading."],
    [{ resetsAt: "2026-11-22T14:58:00Z" }, "It has reset since; the next answer tells how much is used."],
    [{ kind: "bucket" }, ""],
  ])("%o", (changes, expected) => {
    expect(forecastWords(window(changes), NOW, null, "UTC")).toBe(expected);
  });
});
