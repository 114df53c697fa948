import { expect, it } from "vitest";
import { gaugeKey, gaugeName } from "./gauge-name";

it.each([
  ["5h", null, "5 hours"],
  ["1h", null, "1 hour"],
  ["7d", null, "7 days"],
  ["7d_opus", "opus", "7 days · opus"],
  ["7d_opus", null, "7 days · opus"],
  ["input tokens", "haiku", "input tokens · haiku"],
  ["overage", null, "extra usage"],
])("%s of %s is %s", (name, modelClass, expected) => {
  expect(gaugeName({ name, modelClass })).toBe(expected);
});

it("tells gauges apart by kind, name and models", () => {
  const gauges = [
    { kind: "window", name: "7d", modelClass: null },
    { kind: "window", name: "7d", modelClass: "opus" },
    { kind: "bucket", name: "requests", modelClass: "opus" },
  ];
  expect(new Set(gauges.map(gaugeKey)).size).toBe(3);
});
