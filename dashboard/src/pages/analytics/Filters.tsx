// Range, zone and what is left in: all of it in the page's URL.
import { CloseButton, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import "@mantine/core/styles/CloseButton.layer.css";
import "@mantine/core/styles/Combobox.layer.css";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/ScrollArea.layer.css";
import { api, page } from "~/api/client";
import { useAccounts } from "~/api/queries";
import { REQUEST_STATUSES } from "~/api/request-statuses";
import { FilterBar } from "~/components/FilterBar";
import { Segments } from "~/components/Segments";
import css from "./analytics.module.css";
import { CHOICES, type Choices, DEFAULT_RANGE, queryOf, RANGES, rangeOf, spanOf } from "./choices";
import { SpanPicker } from "./SpanPicker";

interface FiltersProps {
  choices: Choices;
  timeZone: string;
  onChange: (name: string, value: string | undefined) => void;
  onRange: (range: string) => void;
  /** Epoch milliseconds. */
  onSpan: (from: number, to: number) => void;
  onClear: () => void;
}

const MODES = [
  { value: "normal", label: "Per interval" },
  { value: "cumulative", label: "Cumulative" },
];

export function Filters({ choices, timeZone, onChange, onRange, onSpan, onClear }: FiltersProps) {
  const options = useOptions(timeZone);
  const zones = useMemo(() => [...new Set([timeZone, "UTC", ...Intl.supportedValuesOf("timeZone")])], [timeZone]);
  const { account, model, key, status } = choices;
  const span = spanOf(choices);
  return (
    <div className={css.filters}>
      <div className={css.range}>
        <Segments label="Range" options={RANGES} value={span === null ? rangeOf(choices) : null} onChange={onRange} />
        <SpanPicker span={span} timeZone={choices.tz ?? timeZone} onChoose={({ from, to }) => onSpan(from, to)} />
        {span !== null && (
          <CloseButton size="sm" aria-label="Leave this span" onClick={() => onRange(choices.range ?? DEFAULT_RANGE)} />
        )}
        <Segments
          label="Points"
          options={MODES}
          value={choices.mode === "cumulative" ? "cumulative" : "normal"}
          onChange={(mode) => onChange("mode", mode === "normal" ? undefined : mode)}
        />
        <Select
          className={css.zones ?? ""}
          aria-label="Time zone"
          data={zones}
          value={choices.tz ?? timeZone}
          onChange={(zone) => onChange("tz", zone === timeZone || zone === null ? undefined : zone)}
          searchable
          allowDeselect={false}
        />
      </div>
      <FilterBar
        filters={[
          { name: "account", label: "Account", options: options.accounts },
          { name: "model", label: "Model", options: options.models },
          { name: "key", label: "Key", options: options.keys },
          { name: "status", label: "Status", options: REQUEST_STATUSES },
        ]}
        values={{ account, model, key, status }}
        onChange={onChange}
        onClear={onClear}
      />
    </div>
  );
}

const asOptions = (names: readonly string[]) => names.map((name) => ({ value: name, label: name }));

/** Accounts and keys there are, models of the last month. */
function useOptions(timeZone: string) {
  const accounts = useAccounts().data ?? [];
  const keys = useQuery({
    queryKey: ["keys", "names"],
    queryFn: async ({ signal }) => (await page("/api/keys", { query: { limit: 1000 }, signal })).items,
    staleTime: 60_000,
  });
  const month = useQuery({
    queryKey: ["analytics", "models", timeZone],
    queryFn: ({ signal }) => api.get("/api/analytics", { query: queryOf({ range: "30d" }, timeZone), signal }),
    staleTime: 300_000,
    select: (found) => found.byModel.flatMap((each) => (each.model === null ? [] : [each.model])),
  });
  return {
    accounts: asOptions(accounts.map((each) => each.name)),
    keys: asOptions((keys.data ?? []).map((each) => each.name)),
    models: asOptions(month.data ?? []),
  };
}

/** Those that "Clear" takes away: the range stays. */
export const FILTERS = CHOICES.filter((each) => ["account", "model", "key", "status"].includes(each));
