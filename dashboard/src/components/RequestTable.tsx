// Requests as rows: on the overview the newest, on their own page all of them.
import type { Schemas } from "~/api/client";
import { clockTime, moment } from "~/format/time";
import { AccountRoute } from "./AccountRoute";
import { type Column, DataTable } from "./DataTable";
import { Duration, Money, Tokens } from "./Figure";
import { type State, StateBadge } from "./StateBadge";

export type RequestRow = Schemas["RequestResource"];

/** How a request ended: its state, and the word for it. */
export function requestState(row: Pick<RequestRow, "success" | "statusCode" | "terminalState">): [State, string] {
  if (row.success) return ["ok", String(row.statusCode)];
  const word = row.terminalState === "complete" ? String(row.statusCode) : row.terminalState.replaceAll("_", " ");
  return [row.statusCode === 429 ? "near" : "limited", word];
}

const shortModel = (model: string | null) => model?.replace(/^claude-/, "").replace(/-\d{8}$/, "") ?? "–";

export const REQUEST_COLUMNS: readonly Column<RequestRow>[] = [
  {
    id: "time",
    header: "Time",
    width: "72px",
    cell: (row) => {
      const at = moment(row.timestamp);
      if (at === null) return "–";
      return (
        <time dateTime={row.timestamp} title={row.timestamp}>
          {`${clockTime(at)}:${String(new Date(at).getSeconds()).padStart(2, "0")}`}
        </time>
      );
    },
  },
  {
    id: "state",
    header: "State",
    width: "minmax(64px, 110px)",
    cell: (row) => {
      const [state, word] = requestState(row);
      return <StateBadge state={state}>{word}</StateBadge>;
    },
  },
  {
    id: "model",
    header: "Model",
    width: "minmax(90px, 1fr)",
    cell: (row) => <span title={row.model ?? ""}>{shortModel(row.model)}</span>,
  },
  {
    id: "account",
    header: "Account",
    width: "minmax(90px, 1fr)",
    from: 480,
    cell: (row) => <AccountRoute row={row} />,
  },
  {
    id: "in",
    header: "In",
    width: "76px",
    align: "right",
    from: 760,
    cell: (row) => <Tokens value={row.inputTokens} />,
  },
  {
    id: "cache",
    header: "Cache read",
    width: "84px",
    align: "right",
    from: 900,
    cell: (row) => <Tokens value={row.cacheReadInputTokens} />,
  },
  {
    id: "out",
    header: "Out",
    width: "76px",
    align: "right",
    from: 640,
    cell: (row) => <Tokens value={row.outputTokens} />,
  },
  {
    id: "ttft",
    header: "First token",
    width: "84px",
    align: "right",
    from: 820,
    cell: (row) => <Duration value={row.ttftMs} />,
  },
  {
    id: "total",
    header: "Total",
    width: "76px",
    align: "right",
    from: 400,
    cell: (row) => <Duration value={row.responseTimeMs} />,
  },
  {
    id: "cost",
    header: "Cost",
    width: "72px",
    align: "right",
    from: 560,
    cell: (row) => <Money value={row.costUsd} />,
  },
];

interface RequestTableProps {
  rows: readonly RequestRow[] | undefined;
  onOpen: (row: RequestRow) => void;
  openId?: string | undefined;
  height?: string;
  live?: boolean;
  onEnd?: (() => void) | undefined;
  empty?: React.ReactNode;
}

export function RequestTable(props: RequestTableProps) {
  return <DataTable label="Requests" columns={REQUEST_COLUMNS} rowId={(row) => row.id} {...props} />;
}
