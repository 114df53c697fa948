// Moments and clocks of zones.
import { expect, it } from "vitest";
import { momentOf, wallTime } from "./wall-time";

it.each([
  ["2026-11-23T15:40", "UTC", "2026-11-23T15:40:00Z"],
  ["2026-11-23T15:40", "Europe/Berlin", "2026-11-23T14:40:00Z"],
  ["2026-07-01T00:00", "Europe/Berlin", "2026-06-30T22:00:00Z"],
  ["2026-03-29T03:30", "Europe/Berlin", "2026-03-29T01:30:00Z"],
  ["2026-11-23T00:15", "Asia/Kathmandu", "2026-11-22T18:30:00Z"],
])("%s in %s is %s, and back", (text, zone, iso) => {
  expect(momentOf(text, zone)).toBe(Date.parse(iso));
  expect(wallTime(Date.parse(iso), zone)).toBe(text);
});

it("has no moment for what is no date", () => expect(momentOf("", "UTC")).toBeNull());
