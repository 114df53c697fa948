// The lines themselves: only those in sight are drawn; it stays at the newest until somebody scrolls up.
import { Button } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { CopyButton } from "~/components/CopyButton";
import { StateBadge } from "~/components/StateBadge";
import { absolute, moment, preciseTime } from "~/format/time";
import css from "./LogList.module.css";
import { asText, type Line, STATES } from "./lines";

interface LogListProps {
  lines: readonly Line[];
  wrap: boolean;
  /** Fetches older lines, if there may be any. */
  earlier: (() => void) | null;
  empty: React.ReactNode;
}

const LINE = 24;
/** Within this many pixels of the end it counts as the end. */
const NEAR = 40;

export function LogList({ lines, wrap, earlier, empty }: LogListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 12,
    getItemKey: (index) => lines[index]?.id ?? index,
  });
  const last = lines.at(-1)?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: again for each new line, and when the layout changes
  useEffect(() => {
    if (atEnd && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: "end" });
  }, [last, atEnd, wrap, lines.length]);
  return (
    <div className={css.frame}>
      <div
        ref={scroller}
        className={css.scroller}
        data-wrap={wrap}
        role="log"
        aria-label="Log lines"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
          setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR)
        }
      >
        {earlier && lines.length > 0 && (
          <div className={css.earlier}>
            <Button variant="subtle" onClick={earlier}>
              Show earlier lines
            </Button>
          </div>
        )}
        {lines.length === 0 && empty}
        <div className={css.lines} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={css.place}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <LogRow line={lines[item.index] as Line} />
            </div>
          ))}
        </div>
      </div>
      {!atEnd && (
        <Button className={css.newest ?? ""} onClick={() => setAtEnd(true)}>
          Newest
        </Button>
      )}
    </div>
  );
}

function LogRow({ line }: { line: Line }) {
  const at = moment(line.time);
  return (
    <div className={css.line} data-level={line.level}>
      <time className={css.time} dateTime={line.time} title={at === null ? line.time : absolute(at)}>
        {at === null ? line.time : preciseTime(at)}
      </time>
      <span className={css.level}>
        <StateBadge state={STATES[line.level] ?? "idle"}>{line.level}</StateBadge>
      </span>
      <span className={css.process}>{line.process}</span>
      <span className={css.message} title={line.logger}>
        {line.message}
        {line.traceback && (
          <details className={css.traceback}>
            <summary>Traceback</summary>
            <pre>{line.traceback}</pre>
          </details>
        )}
      </span>
      <span className={css.copy}>
        <CopyButton text={asText(line)} label="Copy the line" />
      </span>
    </div>
  );
}
