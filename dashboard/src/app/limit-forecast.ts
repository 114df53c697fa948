// Where a usage window is heading: how much of it will be used when it resets, and when it comes near its end. Pure.
import type { Schemas } from "~/api/client";
import { percent, text } from "~/format/number";
import { dateAndTime, moment, span } from "~/format/time";

type Gauge = Schemas["Gauge"];

export interface Forecast {
  /** Share used when it resets, if it goes on as since it began. */
  atReset: number;
  /** The share that is not to be passed. */
  limit: number;
  /** When that is reached, epoch milliseconds; null: not before the reset. */
  reachedAt: number | null;
  /** When all of it is there again, epoch milliseconds. */
  resetsAt: number;
}

/** The share of a window at which it counts as nearly used up, where the account has no reserve of its own. */
const NEAR_END = 0.9;
/** Before so much of a window has gone by, its pace says nothing. */
const LEAST_PART = 0.02;
const SECONDS: Record<string, number> = { h: 3600, d: 86_400 };

/** Milliseconds a usage window lasts, by its name (`5h`, `7d`, `7d_opus`); null where the name does not say. */
export function windowLength(name: string): number | null {
  const [, count, unit] = /^(\d+)([hd])(?:_|$)/.exec(name) ?? [];
  return count && unit ? Number(count) * (SECONDS[unit] ?? 0) * 1000 : null;
}

/** The mean pace since the window began, carried on; null where that cannot be told. `reserve`: see the account's. */
export function forecast(gauge: Gauge, now: number, reserve: number | null = null): Forecast | null {
  const length = windowLength(gauge.name);
  const resetsAt = moment(gauge.resetsAt);
  const used = gauge.utilization;
  if (gauge.kind !== "window" || length === null || resetsAt === null || used === null || resetsAt <= now) return null;
  const began = resetsAt - length;
  const gone = (now - began) / length;
  if (gone < LEAST_PART || gone > 1) return null;
  const atReset = used / gone;
  const own = reserve ?? NEAR_END;
  const limit = used >= own ? 1 : own;
  const reaches = used < limit && atReset > limit;
  return { atReset, limit, reachedAt: reaches ? began + ((now - began) * limit) / used : null, resetsAt };
}

/** The same in words, e.g. "At this pace it reaches 90 % at 15:20, 1 h 10 min before it resets." */
export function forecastWords(gauge: Gauge, now: number, reserve: number | null = null, timeZone?: string): string {
  const resetsAt = moment(gauge.resetsAt);
  if (gauge.kind !== "window" || resetsAt === null) return "";
  if (resetsAt <= now) return "It has reset since; the next answer tells how much is used.";
  const reset = dateAndTime(resetsAt, now, timeZone);
  if ((gauge.utilization ?? 0) >= 1) return `Used up: all of it is there again at ${reset}.`;
  const told = forecast(gauge, now, reserve);
  if (told === null) return `Resets at ${reset}. Too early to say where it is heading.`;
  if (told.reachedAt === null) return `At this pace ${text(percent(told.atReset))} by its reset at ${reset}.`;
  const when = dateAndTime(told.reachedAt, now, timeZone);
  const early = span((told.resetsAt - told.reachedAt) / 1000);
  return `At this pace it reaches ${text(percent(told.limit))} at ${when}, ${early} before it resets.`;
}
