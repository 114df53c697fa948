// The part of an endless list that is held: pages near the reader with their rows, of the others only their length.
import type { RequestRow } from "~/components/RequestTable";

/** Where a page begins: at the newest row, behind a cursor, or at a moment (its newest row is no later). */
export type From = { cursor?: string; until?: string };

interface Held {
  from: From;
  /** Null: let go of; fetched again when the reader comes back. */
  rows: readonly RequestRow[] | null;
  size: number;
}

export interface RowWindow {
  pages: readonly Held[];
  /** Where the page after the last one begins; null: there is none. */
  next: From | null;
  /** Came while the reader was elsewhere, newest first; shown when asked for. */
  waiting: readonly RequestRow[];
  waitingCount: number;
}

/** A row whose page was let go of. */
export interface Gap {
  id: string;
  gap: true;
}
export type Line = RequestRow | Gap;

export const PAGE_SIZE = 100;
/** The first page grows as requests come; then its oldest rows are left to be fetched again. */
const FIRST_PAGE_MOST = 300;
/** Pages on either side of what is in sight that keep their rows. */
const NEAR = 6;
export const WAITING_KEPT = 200;

export const EMPTY: RowWindow = { pages: [], next: {}, waiting: [], waitingCount: 0 };

export const isGap = (line: Line): line is Gap => "gap" in line;

const newerFirst = (one: RequestRow, other: RequestRow) =>
  one.timestamp === other.timestamp ? (one.id < other.id ? 1 : -1) : one.timestamp < other.timestamp ? 1 : -1;

/** A moment just after a row: a page `until` then begins with it. */
function justAfter(row: RequestRow): From {
  return { until: new Date(Date.parse(row.timestamp) + 1).toISOString() };
}

/** The list begun anew with its first page. */
export function begun(rows: readonly RequestRow[], cursor: string | null): RowWindow {
  return { ...EMPTY, pages: [{ from: {}, rows, size: rows.length }], next: cursor === null ? null : { cursor } };
}

/** With the page that `next` led to. */
export function withNext(known: RowWindow, rows: readonly RequestRow[], cursor: string | null): RowWindow {
  if (known.next === null) return known;
  const last = new Set(known.pages.at(-1)?.rows?.map((row) => row.id));
  const fresh = rows.filter((row) => !last.has(row.id));
  const page: Held = { from: known.next, rows: fresh, size: fresh.length };
  return {
    ...known,
    pages: fresh.length > 0 ? [...known.pages, page] : known.pages,
    next: cursor === null ? null : { cursor },
  };
}

/** With the rows of a page that had been let go of. Its length stays, so that nothing moves under the reader. */
export function refilled(known: RowWindow, index: number, rows: readonly RequestRow[]): RowWindow {
  const pages = known.pages.map((page, at) =>
    at === index ? { ...page, rows: rows.slice(0, page.size), size: Math.min(page.size, rows.length) } : page,
  );
  return { ...known, pages };
}

/** With requests that have ended since: in their places, or set aside while the reader is `away`. */
export function withNews(known: RowWindow, news: readonly RequestRow[], away: boolean): RowWindow {
  const latest = new Map(news.map((row) => [row.id, row]));
  const changed = known.pages.map((page) => updated(page, latest));
  const fresh = [...latest.values()];
  const first = changed[0];
  if (fresh.length === 0 || first === undefined) return { ...known, pages: changed };
  if (away || first.rows === null) {
    const ids = new Set(fresh.map((row) => row.id));
    const waiting = [...fresh, ...known.waiting.filter((row) => !ids.has(row.id))].sort(newerFirst);
    const added = waiting.length - known.waiting.length;
    return {
      ...known,
      pages: changed,
      waiting: waiting.slice(0, WAITING_KEPT),
      waitingCount: known.waitingCount + added,
    };
  }
  return trimmed({ ...known, pages: [grown(first, fresh, known), ...changed.slice(1)] });
}

/** What waited takes its place; null when more waited than were kept: then the list must be fetched anew. */
export function withWaiting(known: RowWindow): RowWindow | null {
  if (known.waitingCount > known.waiting.length) return null;
  return withNews({ ...known, waiting: [], waitingCount: 0 }, known.waiting, false);
}

function updated(page: Held, latest: Map<string, RequestRow>): Held {
  if (!page.rows?.some((row) => latest.has(row.id))) return page;
  const rows = page.rows.map((row) => {
    const replacement = latest.get(row.id);
    latest.delete(row.id);
    return replacement ?? row;
  });
  return { ...page, rows };
}

/** The first page with new rows, by when they began; what began before all of it is further down, and fetched there. */
function grown(first: Held, fresh: readonly RequestRow[], known: RowWindow): Held {
  const rows = first.rows ?? [];
  const oldest = rows.at(-1);
  const isLast = known.pages.length === 1 && known.next === null;
  const here = isLast || !oldest ? fresh : fresh.filter((row) => newerFirst(row, oldest) < 0);
  const all = [...here, ...rows].sort(newerFirst);
  return { ...first, rows: all, size: all.length };
}

function trimmed(known: RowWindow): RowWindow {
  const first = known.pages[0];
  if (!first?.rows || first.rows.length <= FIRST_PAGE_MOST) return known;
  const rows = first.rows.slice(0, PAGE_SIZE);
  const last = rows.at(-1) as RequestRow;
  return { ...known, pages: [{ from: {}, rows, size: rows.length }], next: justAfter(last) };
}

/** Which pages lie between two lines of the list. */
export function pagesAt(known: RowWindow, first: number, last: number): [number, number] {
  let start = 0;
  let found: [number, number] | null = null;
  for (const [index, page] of known.pages.entries()) {
    const end = start + page.size;
    if (found === null && first < end) found = [index, index];
    if (found !== null && start <= last) found = [found[0], index];
    start = end;
  }
  return found ?? [0, 0];
}

/** Without the rows of pages far from what is in sight. */
export function letGo(known: RowWindow, [first, last]: [number, number]): RowWindow {
  const far = (index: number) => index < first - NEAR || index > last + NEAR;
  if (!known.pages.some((page, index) => page.rows !== null && far(index))) return known;
  const pages = known.pages.map((page, index) => {
    if (page.rows === null || !far(index)) return page;
    const newest = page.rows[0];
    // "The newest" would be others by then.
    const from = index === 0 && newest ? justAfter(newest) : page.from;
    return { ...page, from, rows: null };
  });
  return { ...known, pages };
}

/** The lines, as the list shows them. */
export function linesOf(pages: readonly Held[]): Line[] {
  return pages.flatMap(
    (page, index): readonly Line[] =>
      page.rows ?? Array.from({ length: page.size }, (_, at) => ({ id: `gap-${index}-${at}`, gap: true as const })),
  );
}
