// Work in many calls.
import { expect, it } from "vitest";
import { untilDone } from "./maintenance";

it("calls until it is done and adds up", async () => {
  const parts = [
    { done: false, deleted: 500 },
    { done: false, deleted: 500 },
    { done: true, deleted: 7 },
  ];
  const seen: (number | undefined)[] = [];
  const totals: number[] = [];
  let index = 0;
  const total = await untilDone(
    async (last: { done: boolean; deleted: number } | undefined) => {
      seen.push(last?.deleted);
      return parts[index++] as { done: boolean; deleted: number };
    },
    (part) => part.deleted,
    (each) => totals.push(each),
  );
  expect(total).toBe(1007);
  expect(totals).toEqual([500, 1000, 1007]);
  expect(seen).toEqual([undefined, 500, 500]);
});

it("stops at the first call that fails", async () => {
  const failing = async () => {
    throw new Error("locked");
  };
  await expect(
    untilDone<{ done: boolean }>(
      failing,
      () => 0,
      () => {},
    ),
  ).rejects.toThrow("locked");
});
