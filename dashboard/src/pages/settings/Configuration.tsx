// Every setting in force, with where its value came from.
import { useQuery } from "@tanstack/react-query";
import { api } from "~/api/client";
import { type Column, DataTable } from "~/components/DataTable";
import { ErrorState } from "~/components/Notice";
import { Panel } from "~/components/Panel";
import { matching, type Setting, shownValue, variableOf } from "./settings";
import css from "./settings.module.css";

const COLUMNS: readonly Column<Setting>[] = [
  {
    id: "name",
    header: "Setting",
    width: "minmax(150px, 1fr)",
    cell: (row) => <code title={variableOf(row.name)}>{row.name}</code>,
  },
  {
    id: "value",
    header: "Value",
    width: "minmax(120px, 1fr)",
    cell: (row) => (
      <span className={css.value} title={shownValue(row.value)}>
        {shownValue(row.value)}
      </span>
    ),
  },
  {
    id: "source",
    header: "From",
    width: "minmax(90px, 1fr)",
    cell: (row) => (
      <span className={css.source} data-set={row.source !== "default"} title={row.source}>
        {row.source}
      </span>
    ),
  },
];

export function Configuration({ search }: { search: string | undefined }) {
  const configuration = useQuery({
    queryKey: ["configuration"],
    queryFn: ({ signal }) => api.get("/api/config", { signal }),
  });
  return (
    <Panel
      title="Settings in force"
      note="Read at the start: command line, environment, config.toml, default. Those somebody has set come first."
      flush
    >
      {configuration.isError ? (
        <ErrorState error={configuration.error} onRetry={() => void configuration.refetch()} />
      ) : (
        <DataTable
          label="Settings"
          columns={COLUMNS}
          rows={configuration.data && matching(configuration.data.settings, search)}
          rowId={(row) => row.name}
          height="480px"
          empty={<p className={css.row}>No setting has that in its name, value or source.</p>}
        />
      )}
    </Panel>
  );
}
