// What charts draw of points.
import { describe, expect, it } from "vitest";
import { heat, type Point, percentiles, stack, stackBands, TOKEN_KINDS, timesOf } from "./series";

const point = (given: Partial<Point> = {}): Point =>
  ({
    at: "2026-11-23T10:00:00Z",
    seconds: 60,
    inputTokens: 10,
    cacheReadTokens: 100,
    cacheWrite5mTokens: 5,
    cacheWrite1hTokens: 1,
    outputTokens: 20,
    duration: null,
    ttft: null,
    overhead: null,
    queued: null,
    ...given,
  }) as Point;

it("takes times as epoch seconds", () => {
  expect(timesOf([point()])).toEqual([Date.UTC(2026, 10, 23, 10) / 1000]);
});

describe("stack", () => {
  it("puts parts on top of one another and shows each by itself", () => {
    const layers = stack([point()], TOKEN_KINDS);
    expect(layers.map((each) => each.label)).toEqual(["Output", "Input", "Cache write", "Cache read"]);
    expect(layers.map((each) => each.values[0])).toEqual([136, 116, 106, 100]);
    expect(layers.map((each) => each.shown?.[0])).toEqual([20, 10, 6, 100]);
  });
  it("has a band between each two layers", () => {
    expect(stackBands(4)).toMatchObject([
      { upper: 0, lower: 1 },
      { upper: 1, lower: 2 },
      { upper: 2, lower: 3 },
    ]);
  });
});

it("leaves a gap where nothing was measured", () => {
  const lines = percentiles([point(), point({ ttft: { p50: 1, p95: 2, p99: 3 } })], "ttft", "red");
  expect(lines.map((each) => each.values)).toEqual([
    [null, 3],
    [null, 2],
    [null, 1],
  ]);
});

describe("heat", () => {
  it("is a share of the busiest hour", () => {
    expect(
      heat([
        [0, 4],
        [2, 1],
      ]),
    ).toEqual({
      rows: [
        [0, 1],
        [0.5, 0.25],
      ],
      most: 4,
    });
  });
  it("is nothing where there is nothing", () => {
    expect(heat([[0, 0]])).toBeNull();
  });
});
