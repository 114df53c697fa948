// Dates as fields of a form have them, without a zone, and the moments they are in a zone.

/** What `<input type="datetime-local">` shows of a moment (epoch milliseconds): 2026-11-23T15:40. */
export function wallTime(at: number, timeZone: string): string {
  return new Date(at).toLocaleString("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).replace(" ", "T");
}

/** The moment at which clocks of the zone show this; null for what is no date. Of an hour that comes twice, one. */
export function momentOf(text: string, timeZone: string): number | null {
  const asUtc = Date.parse(`${text}Z`);
  if (Number.isNaN(asUtc)) return null;
  const offset = (at: number) => Date.parse(`${wallTime(at, timeZone)}Z`) - at;
  // The first guess may lie on the other side of a change of clocks; the second does not.
  const guess = asUtc - offset(asUtc);
  return asUtc - offset(guess);
}
