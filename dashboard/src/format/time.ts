// Times for people: relative up to a day, absolute on hover, in the reader's zone.
import { type Quantity, UNKNOWN } from "./number";

/** How long something took: 840 ms, 3.2 s, 4 min 05 s. */
export function duration(milliseconds: number | null | undefined): Quantity {
  if (milliseconds === null || milliseconds === undefined || !Number.isFinite(milliseconds)) return UNKNOWN;
  const exact = `${milliseconds.toLocaleString("en-US", { maximumFractionDigits: 3 })} ms`;
  if (milliseconds < 10) return { value: milliseconds.toFixed(milliseconds < 1 ? 2 : 1), unit: "ms", exact };
  if (milliseconds < 999.5) return { value: milliseconds.toFixed(0), unit: "ms", exact };
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return { value: seconds.toFixed(1), unit: "s", exact };
  if (seconds < 59.5) return { value: seconds.toFixed(0), unit: "s", exact };
  return { value: span(seconds), unit: "", exact };
}

/** A time to wait or gone by, in its two largest units: 41 min, 3 h 05 min, 2 d 4 h. */
export function span(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  if (total < 60) return `${total} s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 10) return total % 60 ? `${minutes} min ${String(total % 60).padStart(2, "0")} s` : `${minutes} min`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${String(minutes % 60).padStart(2, "0")} min` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
}

/** The same in one unit, for columns: 41m, 3h, 2d. */
export function shortSpan(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  if (total < 60) return `${total}s`;
  if (total < 3600) return `${Math.floor(total / 60)}m`;
  if (total < 86_400) return `${Math.floor(total / 3600)}h`;
  return `${Math.floor(total / 86_400)}d`;
}

/** Epoch milliseconds of the API's ISO text; null when there is none. */
export function moment(iso: string | null | undefined): number | null {
  if (!iso) return null;
  const read = Date.parse(iso);
  return Number.isNaN(read) ? null : read;
}

/** "in 41 min", "3 min ago", "now"; beyond a day the date. Both in epoch milliseconds. */
export function relative(at: number, now: number): string {
  const seconds = (at - now) / 1000;
  if (Math.abs(seconds) < 1) return "now";
  if (Math.abs(seconds) > 86_400) return dateAndTime(at, now);
  return seconds > 0 ? `in ${span(seconds)}` : `${span(-seconds)} ago`;
}

/** "15:40" today, "Nov 23, 15:40" on another day. */
export function dateAndTime(at: number, now: number, timeZone?: string): string {
  const day = (each: number) => new Date(each).toLocaleDateString("en-CA", { timeZone });
  const clock = clockTime(at, timeZone);
  if (day(at) === day(now)) return clock;
  const date = new Date(at).toLocaleDateString("en-US", { timeZone, month: "short", day: "numeric" });
  return `${date}, ${clock}`;
}

/** 15:40 */
export function clockTime(at: number, timeZone?: string): string {
  return new Date(at).toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
}

/** 15:40:07.123 */
export function preciseTime(at: number, timeZone?: string): string {
  const seconds = new Date(at).toLocaleTimeString("en-GB", { timeZone, hour12: false });
  return `${seconds}.${String(new Date(at).getMilliseconds()).padStart(3, "0")}`;
}

/** Everything about a moment, for hover: 2026-11-23 15:40:07 GMT+1. */
export function absolute(at: number, timeZone?: string): string {
  return new Date(at).toLocaleString("sv-SE", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });
}
