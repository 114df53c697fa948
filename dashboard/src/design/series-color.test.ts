import { expect, it } from "vitest";
import { SERIES_COUNT, seriesColor, seriesColors } from "./series-color";

it("gives every name a color of its own while there are enough", () => {
  const names = Array.from({ length: SERIES_COUNT }, (_, index) => `account-${index}`);
  expect(new Set(seriesColors(names).values()).size).toBe(SERIES_COUNT);
});

it("keeps colors when a name is added behind", () => {
  const before = seriesColors(["work", "spare", "home"]);
  const after = seriesColors(["work", "spare", "home", "new", "newer"]);
  for (const [name, color] of before) expect(after.get(name)).toBe(color);
});

it("starts over when there are more names than colors", () => {
  const names = Array.from({ length: 3 * SERIES_COUNT }, (_, index) => `m${index}`);
  expect(seriesColors(names).size).toBe(names.length);
});

it("depends on the name alone", () => {
  expect(seriesColor("claude-opus-5")).toBe(seriesColor("claude-opus-5"));
});
