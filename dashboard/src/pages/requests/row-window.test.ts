import { describe, expect, test } from "vitest";
import type { RequestRow } from "~/components/RequestTable";
import {
  begun,
  EMPTY,
  isGap,
  letGo,
  linesOf,
  PAGE_SIZE,
  pagesAt,
  type RowWindow,
  refilled,
  WAITING_KEPT,
  withNews,
  withNext,
  withWaiting,
} from "./row-window";

const START = Date.parse("2026-11-23T00:00:00Z");
/** A request that began `at` milliseconds after the start. */
const row = (at: number, more: Partial<RequestRow> = {}) =>
  ({ id: `r${String(at).padStart(9, "0")}`, timestamp: new Date(START + at).toISOString(), ...more }) as RequestRow;
const rows = (newest: number, count: number) => Array.from({ length: count }, (_, index) => row(newest - index));
const ids = (known: RowWindow) => linesOf(known.pages).map((line) => line.id);

/** Pages one after the other, down from `newest`. */
function scrolled(newest: number, pages: number): RowWindow {
  let known = begun(rows(newest, PAGE_SIZE), "c1");
  for (let page = 1; page < pages; page += 1) {
    known = withNext(known, rows(newest - page * PAGE_SIZE, PAGE_SIZE), `c${page + 1}`);
  }
  return known;
}

describe("paging", () => {
  test("pages follow each other until there is none", () => {
    const known = scrolled(1000, 2);
    expect(ids(known)).toHaveLength(2 * PAGE_SIZE);
    expect(known.next).toEqual({ cursor: "c2" });
    expect(withNext(known, [], null).next).toBeNull();
    expect(withNext(EMPTY, [], null).pages).toEqual([]);
  });

  test("pages far away lose their rows, keep their length, and come back", () => {
    const far = scrolled(100_000, 40);
    const held = letGo(far, pagesAt(far, 3900, 3930));
    const lines = linesOf(held.pages);
    expect(lines).toHaveLength(40 * PAGE_SIZE);
    expect(lines.filter((line) => !isGap(line)).length).toBeLessThan(8 * PAGE_SIZE);
    expect(held.pages[5]?.from).toEqual({ cursor: "c5" });
    // The newest rows are others by then: the first page comes back by its time.
    expect(held.pages[0]?.from).toEqual({ until: new Date(START + 100_001).toISOString() });
    const back = refilled(held, 5, rows(100_000 - 5 * PAGE_SIZE, PAGE_SIZE));
    expect(linesOf(back.pages)[500]?.id).toBe(row(99_500).id);
  });

  test("finds the pages of lines", () => {
    const known = scrolled(10_000, 5);
    expect(pagesAt(known, 0, 20)).toEqual([0, 0]);
    expect(pagesAt(known, 90, 110)).toEqual([0, 1]);
    expect(pagesAt(known, 450, 9999)).toEqual([4, 4]);
    expect(pagesAt(EMPTY, 0, 10)).toEqual([0, 0]);
  });
});

describe("live", () => {
  test("new rows take their place by when they began", () => {
    const known = withNews(begun([row(10), row(5)], null), [row(7), row(12)], false);
    expect(ids(known)).toEqual([row(12), row(10), row(7), row(5)].map((each) => each.id));
  });

  test("an amended request is replaced where it is", () => {
    const known = withNews(begun([row(10), row(5)], null), [row(5, { costUsd: 1 })], false);
    expect(linesOf(known.pages)).toHaveLength(2);
    expect(linesOf(known.pages)[1]).toMatchObject({ costUsd: 1 });
  });

  test("what is older than the first page waits to be fetched", () => {
    const known = withNews(scrolled(1000, 1), [row(1)], false);
    expect(ids(known)).toHaveLength(PAGE_SIZE);
  });

  test("however many come, few are held, and the rest can be fetched", () => {
    let known = begun(rows(0, PAGE_SIZE), "c1");
    for (let at = 1; at <= 10_000; at += 1) known = withNews(known, [row(at)], false);
    expect(ids(known).length).toBeLessThanOrEqual(301);
    const last = linesOf(known.pages).at(-1) as RequestRow;
    expect(known.next).toEqual({ until: new Date(Date.parse(last.timestamp) + 1).toISOString() });
    // The page behind begins with the row that is known already.
    const more = withNext(known, [last, row(0)], null);
    expect(ids(more).filter((id) => id === last.id)).toHaveLength(1);
  });

  test("while the reader is away they wait and are counted, and few are kept", () => {
    let known = withNews(begun([row(1)], null), [row(2), row(3)], true);
    expect(ids(known)).toEqual([row(1).id]);
    expect(known.waitingCount).toBe(2);
    known = withNews(known, [row(3, { costUsd: 1 })], true);
    expect(known.waitingCount).toBe(2);
    expect(ids(withWaiting(known) as RowWindow)).toEqual([row(3).id, row(2).id, row(1).id]);
    for (let at = 4; at < 1000; at += 1) known = withNews(known, [row(at)], true);
    expect(known.waitingCount).toBe(998);
    expect(known.waiting).toHaveLength(WAITING_KEPT);
    expect(withWaiting(known)).toBeNull();
  });
});
