// The list of requests: one line each where there is room, two on a phone.
import { useMediaQuery } from "@mantine/hooks";
import { AccountRoute } from "~/components/AccountRoute";
import { type Column, DataTable } from "~/components/DataTable";
import { Duration, Money, Tokens } from "~/components/Figure";
import { Skeleton } from "~/components/Notice";
import { REQUEST_COLUMNS, type RequestRow, requestState } from "~/components/RequestTable";
import { StateBadge } from "~/components/StateBadge";
import { moment, preciseTime } from "~/format/time";
import css from "./requests.module.css";
import type { RowStream } from "./row-stream";
import { isGap, type Line } from "./row-window";

interface RequestListProps {
  stream: RowStream;
  openId: string | undefined;
  onOpen: (row: RequestRow) => void;
  height: string;
  empty: React.ReactNode;
}

const COLUMNS: readonly Column<Line>[] = REQUEST_COLUMNS.map(({ sort: _, ...column }) => ({
  ...column,
  cell: (line) => (isGap(line) ? <Skeleton height={12} width="70%" /> : column.cell(line)),
}));

const TWO_LINES: readonly Column<Line>[] = [
  {
    id: "request",
    header: "Newest first",
    width: "minmax(0, 1fr)",
    cell: (line) => (isGap(line) ? <Skeleton height={30} /> : <TwoLines row={line} />),
  },
];

export function RequestList({ stream, openId, onOpen, height, empty }: RequestListProps) {
  const narrow = useMediaQuery("(max-width: 640px)", undefined, { getInitialValueInEffect: false });
  const open = (line: Line) => {
    if (!isGap(line)) onOpen(line);
  };
  return (
    <DataTable
      label="Requests"
      columns={narrow ? TWO_LINES : COLUMNS}
      rowHeight={narrow ? 56 : 32}
      rows={stream.lines}
      rowId={(line) => line.id}
      openId={openId}
      onOpen={open}
      // Beside an open detail the keys lead from request to request.
      onMove={openId === undefined ? undefined : open}
      onRange={stream.onRange}
      onEnd={stream.onEnd}
      waiting={{ count: stream.waiting, onShow: stream.showWaiting }}
      height={height}
      empty={empty}
    />
  );
}

function TwoLines({ row }: { row: RequestRow }) {
  const [state, word] = requestState(row);
  const at = moment(row.timestamp);
  return (
    <div className={css.twoLines}>
      <div>
        <StateBadge state={state}>{word}</StateBadge>
        <span className={css.grow}>{row.model ?? row.path}</span>
        <time dateTime={row.timestamp}>{at === null ? "–" : preciseTime(at).slice(0, 8)}</time>
      </div>
      <div className={css.second}>
        <span className={css.grow}>
          <AccountRoute row={row} />
        </span>
        <span>
          <Tokens value={row.outputTokens} /> out
        </span>
        <Duration value={row.responseTimeMs} />
        <Money value={row.costUsd} />
      </div>
    </div>
  );
}
