import { expect, it } from "vitest";
import { days } from "./days";

const at = (...parts: [number, number, number, number, number]) => new Date(...parts).getTime();

it("begins days at the reader's midnight and compares with the same time of day", () => {
  expect(days(at(2026, 10, 22, 15, 7))).toEqual({
    today: at(2026, 10, 22, 0, 0),
    yesterday: at(2026, 10, 21, 0, 0),
    thenByNow: at(2026, 10, 21, 15, 15),
  });
});

it("never compares with more than yesterday", () => {
  const { thenByNow, today } = days(at(2026, 10, 22, 23, 58));
  expect(thenByNow).toBe(today);
});
