// A table of any length: only the rows in sight are drawn. j and k move, Enter opens, g g leads to the top.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { count } from "~/format/number";
import css from "./DataTable.module.css";
import { inField, useHotkeys } from "./hotkeys";
import { Skeleton } from "./Notice";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => React.ReactNode;
  /** A CSS grid track, e.g. "88px" or "minmax(120px, 1fr)". */
  width: string;
  align?: "right";
  /** What to sort by; without it the column does not sort. */
  sort?: (row: Row) => number | string | null;
  /** Left out where the table is narrower than this many pixels. */
  from?: number;
}

interface DataTableProps<Row> {
  /** What the rows are, for screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  /** Undefined while they are fetched. */
  rows: readonly Row[] | undefined;
  rowId: (row: Row) => string;
  onOpen?: (row: Row) => void;
  /** The row whose detail is open. */
  openId?: string | undefined;
  /** CSS height of the part that scrolls. */
  height?: string;
  rowHeight?: number;
  /** New rows come first: while the reader has scrolled down they wait above a bar that says how many. */
  live?: boolean;
  /** Near the end of what is there: fetch the next page. */
  onEnd?: (() => void) | undefined;
  /** Which rows are in sight. */
  onRange?: ((first: number, last: number) => void) | undefined;
  /** The keys went to another row. */
  onMove?: ((row: Row) => void) | undefined;
  /** New rows that the page itself holds back: the bar says how many. */
  waiting?: { count: number; onShow: () => void } | undefined;
  /** What stands there when there are no rows. */
  empty?: React.ReactNode;
}

interface Sorting {
  id: string;
  down: boolean;
}

const OVERSCAN = 8;
const PLACEHOLDERS = 8;

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, rowId, onOpen, openId, height = "60vh", rowHeight = 32, live = false, onEnd, onRange, empty } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const [top, setTop] = useState<string | null>(null);
  const width = useWidth(scroller);

  const columns = props.columns.filter((each) => width === 0 || width >= (each.from ?? 0));
  const sorted = useMemo(() => inOrder(props.rows ?? [], props.columns, sorting), [props.rows, props.columns, sorting]);
  const hidden =
    live && top !== null && sorting === null
      ? Math.max(
          sorted.findIndex((row) => rowId(row) === top),
          0,
        )
      : 0;
  const rows = hidden ? sorted.slice(hidden) : sorted;

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    getItemKey: (index) => rowId(rows[index] as Row),
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const nearEnd = rows.length > 0 && last >= rows.length - OVERSCAN * 2;
  useEffect(() => {
    if (nearEnd) onEnd?.();
  }, [nearEnd, onEnd]);

  const { startIndex = 0, endIndex = 0 } = virtual.range ?? {};
  useEffect(() => onRange?.(startIndex, endIndex), [startIndex, endIndex, onRange]);
  useEffect(() => {
    if (openId !== undefined) setCurrent(openId);
  }, [openId]);

  const at = rows.findIndex((row) => rowId(row) === current);
  const move = (to: number) => {
    const index = Math.max(0, Math.min(rows.length - 1, to));
    const row = rows[index];
    if (row === undefined) return;
    setCurrent(rowId(row));
    virtual.scrollToIndex(index);
    props.onMove?.(row);
  };
  const toTop = () => {
    setTop(null);
    virtual.scrollToOffset(0);
  };
  const open = () => {
    const row = rows[at];
    if (row !== undefined) onOpen?.(row);
  };
  const bindings = {
    j: () => move(at + 1),
    k: () => move(at < 0 ? 0 : at - 1),
    ArrowDown: () => move(at + 1),
    ArrowUp: () => move(at < 0 ? 0 : at - 1),
    Home: () => move(0),
    End: () => move(rows.length - 1),
    PageDown: () => move(at + 10),
    PageUp: () => move(at - 10),
    Enter: open,
  };
  // j, k and Enter work from anywhere on the page, the other keys in the table.
  useHotkeys({ j: bindings.j, k: bindings.k, ...(at >= 0 && onOpen ? { Enter: open } : {}) });

  const tracks = columns.map((each) => each.width).join(" ");
  return (
    <div className={css.frame} style={{ "--tracks": tracks, "--row": `${rowHeight}px` } as React.CSSProperties}>
      {hidden + (props.waiting?.count ?? 0) > 0 && (
        <button
          type="button"
          className={css.news}
          onClick={() => {
            props.waiting?.onShow();
            toTop();
          }}
        >
          {`${count(hidden + (props.waiting?.count ?? 0)).exact} new`}
        </button>
      )}
      <div
        ref={scroller}
        className={css.scroller}
        style={{ maxHeight: height }}
        role="grid"
        aria-label={label}
        aria-rowcount={sorted.length + 1}
        aria-busy={props.rows === undefined}
        aria-activedescendant={at >= 0 ? `${id}-${current}` : undefined}
        tabIndex={0}
        onScroll={(event) => {
          const scrolled = event.currentTarget.scrollTop > rowHeight / 2;
          if (!live) return;
          if (!scrolled) setTop(null);
          else if (top === null && sorted[0] !== undefined) setTop(rowId(sorted[0]));
        }}
        onKeyDown={(event) => {
          const binding = bindings[event.key as keyof typeof bindings];
          if (!binding || inField(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
          event.preventDefault();
          event.stopPropagation();
          binding();
        }}
      >
        {/* biome-ignore-start lint/a11y/useFocusableInteractive: the grid has the focus and names the row */}
        <div role="row" className={css.head} aria-rowindex={1}>
          {columns.map((column) => (
            <Head key={column.id} column={column} sorting={sorting} onSort={setSorting} />
          ))}
        </div>
        {props.rows === undefined ? (
          <Placeholders rowHeight={rowHeight} />
        ) : rows.length === 0 ? (
          <div role="row">
            <div role="gridcell">{empty}</div>
          </div>
        ) : (
          <div role="rowgroup" className={css.body} style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index] as Row;
              const key = rowId(row);
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys
                <div
                  key={key}
                  id={`${id}-${key}`}
                  role="row"
                  aria-rowindex={item.index + hidden + 2}
                  aria-selected={key === (openId ?? current)}
                  className={css.row}
                  data-current={key === current}
                  data-opens={onOpen !== undefined}
                  style={{ transform: `translateY(${item.start}px)` }}
                  onClick={() => {
                    setCurrent(key);
                    onOpen?.(row);
                  }}
                >
                  {columns.map((column) => (
                    <div key={column.id} role="gridcell" className={css.cell} data-align={column.align}>
                      {column.cell(row)}
                    </div>
                  ))}
                </div>
              );
            })}
          </div>
        )}
        {/* biome-ignore-end lint/a11y/useFocusableInteractive: see above */}
      </div>
    </div>
  );
}

interface HeadProps<Row> {
  column: Column<Row>;
  sorting: Sorting | null;
  onSort: (sorting: Sorting | null) => void;
}

function Head<Row>({ column, sorting, onSort }: HeadProps<Row>) {
  const mine = sorting?.id === column.id ? sorting : null;
  const order = mine ? (mine.down ? "descending" : "ascending") : undefined;
  const turn = () =>
    onSort(mine === null ? { id: column.id, down: true } : mine.down ? { ...mine, down: false } : null);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: its button is
    <div role="columnheader" aria-sort={order} className={css.cell} data-align={column.align}>
      {column.sort ? (
        <button type="button" className={css.sort} onClick={turn}>
          {column.header}
          <span aria-hidden="true">{mine ? (mine.down ? " ↓" : " ↑") : ""}</span>
        </button>
      ) : (
        column.header
      )}
    </div>
  );
}

function Placeholders({ rowHeight }: { rowHeight: number }) {
  return (
    <div aria-hidden="true">
      {Array.from({ length: PLACEHOLDERS }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all alike
        <div key={index} style={{ padding: "8px 16px", height: rowHeight }}>
          <Skeleton height={rowHeight - 16} />
        </div>
      ))}
    </div>
  );
}

/** Rows sorted by a column; those without a value always come last. */
export function inOrder<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | null,
): readonly Row[] {
  const by = columns.find((each) => each.id === sorting?.id)?.sort;
  if (!by || !sorting) return rows;
  return rows.toSorted((one, other) => {
    const [left, right] = [by(one), by(other)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    const order =
      typeof left === "string" ? left.localeCompare(String(right), "en", { numeric: true }) : left - Number(right);
    return sorting.down ? -order : order;
  });
}

function useWidth(of: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = of.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.round(entry.contentRect.width)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [of]);
  return width;
}
