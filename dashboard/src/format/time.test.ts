import { describe, expect, it } from "vitest";
import { absolute, dateAndTime, duration, moment, relative, shortSpan, span } from "./time";

const NOW = Date.parse("2026-11-22T15:00:00Z");

describe("duration", () => {
  it.each([
    [0.25, "0.25 ms"],
    [3.14, "3.1 ms"],
    [840.2, "840 ms"],
    [999.7, "1.0 s"],
    [3210, "3.2 s"],
    [42_000, "42 s"],
    [245_000, "4 min 05 s"],
  ])("%d ms is %s", (value, expected) => {
    const { value: shown, unit } = duration(value);
    expect(`${shown} ${unit}`.trim()).toBe(expected);
  });

  it("is unknown where nothing was measured", () => {
    expect(duration(null).value).toBe("–");
  });
});

describe("span", () => {
  it.each([
    [0, "0 s"],
    [59.4, "59 s"],
    [60, "1 min"],
    [125, "2 min 05 s"],
    [41 * 60, "41 min"],
    [3 * 3600 + 300, "3 h 05 min"],
    [50 * 3600, "2 d 2 h"],
    [-5, "0 s"],
  ])("%d s is %s", (value, expected) => {
    expect(span(value)).toBe(expected);
  });
});

it("writes one unit in columns", () => {
  expect([5, 125, 7300, 200_000].map(shortSpan)).toEqual(["5s", "2m", "2h", "2d"]);
});

describe("relative", () => {
  it("counts up to a day and dates beyond", () => {
    expect(relative(NOW, NOW)).toBe("now");
    expect(relative(NOW - 180_000, NOW)).toBe("3 min ago");
    expect(relative(NOW + 41 * 60_000, NOW)).toBe("in 41 min");
    expect(relative(NOW - 3 * 86_400_000, NOW)).toMatch(/^Nov 1\d, /);
  });
});

it("leaves out the date of today", () => {
  expect(dateAndTime(NOW + 40 * 60_000, NOW, "UTC")).toBe("15:40");
  expect(dateAndTime(NOW + 24 * 3_600_000, NOW, "UTC")).toBe("Nov 23, 15:00");
});

it("names the zone in full", () => {
  expect(absolute(NOW, "UTC")).toBe("2026-11-22 15:00:00 UTC");
});

it("reads the API's moments", () => {
  expect(moment("2026-11-22T15:00:00Z")).toBe(NOW);
  expect(moment(null)).toBeNull();
  expect(moment("soon")).toBeNull();
});
