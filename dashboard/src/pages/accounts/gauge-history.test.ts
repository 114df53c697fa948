import { expect, it } from "vitest";
import type { Schemas } from "~/api/client";
import { type GaugeHistory, lines, withReadings } from "./gauge-history";

const account = (id: string, utilization: number | null) =>
  ({
    id,
    gauges: [{ kind: "window", name: "5h", modelClass: null, utilization, limit: null, remaining: null }],
  }) as Schemas["AccountResource"];

it("keeps a reading every few seconds", () => {
  const first = withReadings({}, [account("a", 0.1)], 100);
  const soon = withReadings(first, [account("a", 0.2)], 101);
  const later = withReadings(soon, [account("a", 0.3)], 102);
  expect(later.a?.map((each) => each.at)).toEqual([100, 102]);
  expect(lines(account("a", 0.3), later.a ?? [])).toEqual({
    times: [100, 102],
    series: [{ label: "5 hours", values: [0.1, 0.3] }],
  });
});

it("forgets accounts that are gone, and knows nothing of those without limits", () => {
  const known = withReadings({}, [account("a", 0.1)], 100);
  expect(Object.keys(withReadings(known, [account("b", 0.1)], 200))).toEqual(["b"]);
  expect(withReadings({}, [{ id: "c", gauges: [] } as unknown as Schemas["AccountResource"]], 1)).toEqual({ c: [] });
  expect(lines(account("a", null), [{ at: 1, used: {} }]).series[0]?.values).toEqual([null]);
});

it("thins the older half and never keeps more than it may", () => {
  let history: GaugeHistory = {};
  for (let at = 0; at < 100; at += 1) history = withReadings(history, [account("a", 0.1)], at + 1, 1, 10);
  expect(history.a?.length).toBeLessThanOrEqual(10);
  expect(history.a?.at(-1)?.at).toBe(100);
});
