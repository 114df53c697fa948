// From the API's points to what charts draw.
import type { Schemas } from "~/api/client";
import type { Series } from "~/charts/TimeSeries";
import { moment } from "~/format/time";

export type Point = Schemas["Point"];
type Figures = Schemas["Figures"];

export const timesOf = (points: readonly Point[]): number[] => points.map((each) => (moment(each.at) ?? 0) / 1000);

/** One line. */
export function line(
  points: readonly Point[],
  label: string,
  of: (point: Point) => number | null,
  more: Partial<Series> = {},
): Series {
  return { label, values: points.map(of), ...more };
}

interface Part {
  label: string;
  of: (figures: Figures) => number;
  color: string;
}

/** Disjoint kinds, smallest meaning first: what costs most stands on top. */
export const TOKEN_KINDS: readonly Part[] = [
  { label: "Cache read", of: (each) => each.cacheReadTokens, color: "var(--series-2)" },
  { label: "Cache write", of: (each) => each.cacheWrite5mTokens + each.cacheWrite1hTokens, color: "var(--series-0)" },
  { label: "Input", of: (each) => each.inputTokens, color: "var(--series-1)" },
  { label: "Output", of: (each) => each.outputTokens, color: "var(--accent)" },
];

/** Parts on top of one another; the last is drawn first, so that each covers what is below it. */
export function stack(points: readonly Point[], parts: readonly Part[]): Series[] {
  const below = points.map(() => 0);
  const layers = parts.map(({ label, of, color }) => {
    const shown = points.map(of);
    const values = shown.map((value, index) => {
      below[index] = (below[index] ?? 0) + value;
      return below[index] ?? 0;
    });
    return { label, values, shown, color };
  });
  return layers.toReversed();
}

/** The spaces between the layers of a stack of this many. */
export const stackBands = (layers: number) =>
  Array.from({ length: layers - 1 }, (_, index) => ({
    upper: index,
    lower: index + 1,
    strength: STACK_STRENGTH,
  }));

/** How strongly the layers of a stack are filled, in percent. */
export const STACK_STRENGTH = 32;

type Percentiled = "duration" | "ttft" | "overhead" | "queued";

const faint = (color: string, percent: number) => `color-mix(in oklch, ${color} ${percent}%, transparent)`;

/** p50 as a line, p95 and p99 as the faint edges of bands. */
export function percentiles(points: readonly Point[], of: Percentiled, color: string): Series[] {
  return [
    line(points, "p99", (each) => each[of]?.p99 ?? null, { color: faint(color, 35) }),
    line(points, "p95", (each) => each[of]?.p95 ?? null, { color: faint(color, 60) }),
    line(points, "p50", (each) => each[of]?.p50 ?? null, { color }),
  ];
}

export const PERCENTILE_BANDS = [
  { upper: 0, lower: 1, strength: 24 },
  { upper: 1, lower: 2, strength: 28 },
];

/** Weekday x hour, each as a share of the busiest; null when there is nothing. */
export function heat(map: readonly (readonly number[])[]): { rows: number[][]; most: number } | null {
  const most = Math.max(0, ...map.flat());
  return most === 0 ? null : { rows: map.map((hours) => hours.map((each) => each / most)), most };
}
