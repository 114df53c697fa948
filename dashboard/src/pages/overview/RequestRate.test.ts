import { expect, it } from "vitest";
import { perSecond } from "./RequestRate";

it("leaves out the second that runs and fills quiet ones with zero", () => {
  const seconds = [
    { at: 97, opened: 0, finished: 4, failed: 0 },
    { at: 99, opened: 1, finished: 2, failed: 0 },
    { at: 100, opened: 9, finished: 9, failed: 0 },
  ];
  expect(perSecond(seconds, 100, 4)).toEqual([0, 4, 0, 2]);
});
