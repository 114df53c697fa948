// When today and yesterday began, and how far yesterday had come at this time of day. Pure, in the browser's zone.

export interface Days {
  /** Epoch milliseconds, as everything here. */
  today: number;
  yesterday: number;
  /** The same time of day, yesterday; to the quarter of an hour, which is how figures are kept. */
  thenByNow: number;
}

const QUARTER_MS = 900_000;

export function days(now: number): Days {
  const today = new Date(now).setHours(0, 0, 0, 0);
  const before = new Date(today);
  // By date, not by 24 hours: a day may have 23 or 25.
  const yesterday = before.setDate(before.getDate() - 1);
  const same = new Date(now);
  same.setDate(same.getDate() - 1);
  const thenByNow = Math.min(Math.ceil(same.getTime() / QUARTER_MS) * QUARTER_MS, today);
  return { today, yesterday, thenByNow };
}
