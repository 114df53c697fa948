import { expect, it } from "vitest";
import { path } from "./Sparkline";

it("draws from zero to the most", () => {
  expect(path([0, 10], 100, 20)).toBe("M0.0 19.0L100.0 1.0");
});

it("leaves gaps open", () => {
  expect(path([1, null, 1], 100, 20)).toBe("M0.0 1.0M100.0 1.0");
});

it("draws nothing of nothing", () => {
  expect(path([], 100, 20)).toBe("");
});
