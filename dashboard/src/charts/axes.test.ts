// Axes: steps, labels, dots.
import { describe, expect, it } from "vitest";
import { ceiling, DURATION_STEPS, lonely, pointTime, timeLabel, WHOLE_STEPS } from "./axes";

const NOON = Date.UTC(2026, 10, 17, 12) / 1000;
const MIDNIGHT = Date.UTC(2026, 10, 17) / 1000;

it.each([
  [0, 1],
  [0.7, 0.8],
  [1, 1.5],
  [97, 100],
  [99, 150],
  [180, 200],
  [1234, 1500],
])("the axis for %d goes to %d", (most, top) => expect(ceiling(most)).toBeCloseTo(top));

it("keeps steps whole and ascending", () => {
  expect(WHOLE_STEPS.slice(0, 4)).toEqual([1, 2, 5, 10]);
  for (const steps of [WHOLE_STEPS, DURATION_STEPS]) expect(steps).toEqual(steps.toSorted((a, b) => a - b));
});

describe("timeLabel", () => {
  it("writes hours, and the day where it begins", () => {
    expect(timeLabel(NOON, 3600, "UTC")).toBe("12:00");
    expect(timeLabel(MIDNIGHT, 3600, "UTC")).toBe("Nov 17");
    expect(timeLabel(MIDNIGHT, 3600, "Asia/Tokyo")).toBe("09:00");
  });
  it("writes days where steps are days", () => expect(timeLabel(NOON, 2 * 86_400, "UTC")).toBe("Nov 17"));
});

it("tells a point's time as exactly as points are apart", () => {
  expect(pointTime(NOON, 3600, NOON, "UTC")).toBe("12:00");
  expect(pointTime(NOON, 3600, NOON + 86_400, "UTC")).toBe("Nov 17, 12:00");
  expect(pointTime(MIDNIGHT, 23 * 3600, NOON, "UTC")).toBe("Nov 17");
});

it("finds what stands alone between gaps", () => {
  expect(lonely([1, null, 2, null, 3, 4, null, 0])).toEqual([0, 2, 7]);
  expect(lonely([])).toEqual([]);
});
