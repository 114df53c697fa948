// How axes are divided and written: round steps, times of the reader's zone, what stands alone between gaps.
import { clockTime, dateAndTime } from "~/format/time";

const DAY = 86_400;

/** 1, 2, 5, 10, …: for what comes in whole numbers. */
export const WHOLE_STEPS: readonly number[] = Array.from({ length: 15 }, (_, power) =>
  [1, 2, 5].map((each) => each * 10 ** power),
).flat();

/** Milliseconds: decimal below ten seconds, then parts of minutes and hours. */
export const DURATION_STEPS: readonly number[] = [
  ...[-2, -1, 0, 1, 2, 3].flatMap((power) => [1, 2, 5].map((each) => each * 10 ** power)),
  ...[10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400].map((seconds) => seconds * 1000),
];

/** The least "round" number above, so that the axis keeps its range while values move below it. */
export function ceiling(most: number): number {
  if (!(most > 0)) return 1;
  const scale = 10 ** Math.floor(Math.log10(most));
  return ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((each) => most <= each * scale * 0.98) ?? 15) * scale;
}

const dayOf = (at: number, timeZone?: string) =>
  new Date(at * 1000).toLocaleDateString("en-US", { timeZone, month: "short", day: "numeric" });

/** What is written below a time axis: hours, and the day where it begins; only days where steps are days. */
export function timeLabel(at: number, step: number, timeZone?: string): string {
  if (step >= DAY) return dayOf(at, timeZone);
  const clock = clockTime(at * 1000, timeZone);
  return clock === "00:00" ? dayOf(at, timeZone) : clock;
}

/** When a point is, as exactly as points are apart. All in epoch seconds. */
export function pointTime(at: number, apart: number, now: number, timeZone?: string): string {
  return apart >= DAY * 0.9 ? dayOf(at, timeZone) : dateAndTime(at * 1000, now * 1000, timeZone);
}

/** Where a value stands between two gaps: no line goes through it, so it is drawn as a dot. */
export function lonely(values: readonly (number | null | undefined)[]): number[] {
  const missing = (index: number) => values[index] === null || values[index] === undefined;
  return values.flatMap((_, index) => (!missing(index) && missing(index - 1) && missing(index + 1) ? [index] : []));
}
