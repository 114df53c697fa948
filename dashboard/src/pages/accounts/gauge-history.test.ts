import { expect, it } from "vitest";
import type { Schemas } from "~/api/client";
import { type GaugeHistory, joined, lines, recorded, withReadings } from "./gauge-history";

const account = (id: string, utilization: number | null) =>
  ({
    id,
    gauges: [{ kind: "window", name: "5h", modelClass: null, utilization, limit: null, remaining: null }],
  }) as Schemas["AccountResource"];

const START = Date.parse("2026-11-22T10:00:00Z") / 1000;

/** Steps of five minutes. */
const history = (...limits: [kind: string, name: string, modelClass: string | null, highest: (number | null)[]][]) =>
  ({
    at: (limits[0]?.[3] ?? []).map((_, index) => new Date((START + index * 300) * 1000).toISOString()),
    limits: limits.map(([kind, name, modelClass, highest]) => ({
      kind,
      name,
      modelClass,
      utilization: highest.map(() => 0),
      highest,
    })),
  }) as unknown as Schemas["LimitHistoryResource"];

it("keeps a reading every few seconds", () => {
  const first = withReadings({}, [account("a", 0.1)], 100);
  const soon = withReadings(first, [account("a", 0.2)], 101);
  const later = withReadings(soon, [account("a", 0.3)], 102);
  expect(later.a?.map((each) => each.at)).toEqual([100, 102]);
  expect(lines(later.a ?? [])).toEqual({ times: [100, 102], series: [{ label: "5 hours", values: [0.1, 0.3] }] });
});

it("forgets accounts that are gone, and knows nothing of those without limits", () => {
  const known = withReadings({}, [account("a", 0.1)], 100);
  expect(Object.keys(withReadings(known, [account("b", 0.1)], 200))).toEqual(["b"]);
  expect(withReadings({}, [{ id: "c", gauges: [] } as unknown as Schemas["AccountResource"]], 1)).toEqual({ c: [] });
  expect(withReadings({}, [account("a", null)], 100)).toEqual({ a: [{ at: 100, used: {} }] });
});

it("thins the older half and never keeps more than it may", () => {
  let known: GaugeHistory = {};
  for (let at = 0; at < 100; at += 1) known = withReadings(known, [account("a", 0.1)], at + 1, 1, 10);
  expect(known.a?.length).toBeLessThanOrEqual(10);
  expect(known.a?.at(-1)?.at).toBe(100);
});

it("reads what is on record: the tightest class of limits by the minute, no extra usage", () => {
  const found = recorded(
    history(
      ["bucket", "requests", "opus", [0.2, null]],
      ["bucket", "requests", "haiku", [0.4, null]],
      ["window", "7d_opus", "opus", [0.5, 1.1]],
      ["window", "overage", null, [0.9, 0.9]],
    ),
  );
  expect(found).toEqual([
    { at: START, used: { requests: 0.4, "7 days · opus": 0.5 } },
    { at: START + 300, used: { "7 days · opus": 1.1 } },
  ]);
});

it("begins with the first reading on record, and goes on with what is read now", () => {
  const record = recorded(history(["window", "5h", null, [null, 0.1, null, 0.2]]));
  const live = [{ at: START + 800, used: { "5 hours": 0.3 } }];
  expect(joined(record, live).map((each) => each.at - START)).toEqual([300, 600, 800]);
  expect(joined(recorded(history(["window", "5h", null, [null, null]])), live)).toEqual(live);
  expect(joined([], [])).toEqual([]);
});

it("breaks a line where nothing was read for long", () => {
  const values = [0.1, null, 0.2, ...Array<null>(6).fill(null), 0.3, null];
  const { series } = lines(recorded(history(["window", "5h", null, values])));
  expect(series[0]?.values).toEqual([0.1, undefined, 0.2, null, null, null, null, null, null, 0.3, null]);
});
