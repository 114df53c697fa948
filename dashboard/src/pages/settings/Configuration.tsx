// Every setting in force, with where its value came from.
import { useQuery } from "@tanstack/react-query";
import { api } from "~/api/client";
import { type Column, DataTable } from "~/components/DataTable";
import { FilterBar } from "~/components/FilterBar";
import { ErrorState } from "~/components/Notice";
import { Panel } from "~/components/Panel";
import { useUrlChoices } from "~/components/search-params";
import { matching, type Setting, shownValue, variableOf } from "./settings";
import css from "./settings.module.css";

const COLUMNS: readonly Column<Setting>[] = [
  {
    id: "name",
    header: "Setting",
    width: "minmax(110px, 1.2fr)",
    cell: (row) => (
      <code className={css.value} title={variableOf(row.name)}>
        {row.name}
      </code>
    ),
  },
  {
    id: "value",
    header: "Value",
    width: "minmax(60px, 1fr)",
    cell: (row) => (
      <span className={css.value} title={shownValue(row.value)}>
        {shownValue(row.value)}
      </span>
    ),
  },
  {
    id: "source",
    header: "From",
    width: "minmax(72px, 1fr)",
    cell: (row) => (
      <span className={css.source} data-set={row.source !== "default"} title={row.source}>
        {row.source}
      </span>
    ),
  },
];

export function useConfiguration() {
  return useQuery({ queryKey: ["configuration"], queryFn: ({ signal }) => api.get("/api/config", { signal }) });
}

export function Configuration() {
  const { values, set, clear } = useUrlChoices(["q"]);
  const configuration = useConfiguration();
  return (
    <Panel
      title="Settings in force"
      note="Read at the start: command line, environment, config.toml, default. Those somebody has set come first."
      flush
    >
      {configuration.isError ? (
        <ErrorState error={configuration.error} onRetry={() => void configuration.refetch()} />
      ) : (
        <>
          <div className={css.find}>
            <FilterBar
              filters={[]}
              values={values}
              onChange={set}
              onClear={clear}
              search={{ name: "q", label: "Find a setting" }}
            />
          </div>
          <DataTable
            label="Settings"
            columns={COLUMNS}
            rows={configuration.data && matching(configuration.data.settings, values.q)}
            rowId={(row) => row.name}
            height="480px"
            empty={<p className={css.row}>No setting has that in its name, value or source.</p>}
          />
        </>
      )}
    </Panel>
  );
}
