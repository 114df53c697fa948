// What a key may cost in a day, a week and a month.
import { NumberInput, Select, Switch } from "@mantine/core";
import { useMemo } from "react";
import "@mantine/core/styles/Combobox.layer.css";
import "@mantine/core/styles/InlineInput.layer.css";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/NumberInput.layer.css";
import "@mantine/core/styles/ScrollArea.layer.css";
import "@mantine/core/styles/Switch.layer.css";
import type { PartProps } from "./KeyForm";
import css from "./keys.module.css";
import { hasBudget } from "./limits";

export function KeyBudgets({ draft, change }: PartProps) {
  const zones = useMemo(
    () => [...new Set(["UTC", draft.timeZone, ...Intl.supportedValuesOf("timeZone")])],
    [draft.timeZone],
  );
  const field = (name: "perDay" | "perWeek" | "perMonth", label: string) => (
    <NumberInput
      label={label}
      prefix="$"
      min={0}
      decimalScale={2}
      thousandSeparator=","
      placeholder="no budget"
      value={draft[name]}
      onChange={(value) => change({ [name]: typeof value === "number" ? value : "" })}
    />
  );
  return (
    <fieldset className={css.group}>
      <legend>Budgets, in US dollars</legend>
      <div className={css.three}>
        {field("perDay", "Per day")}
        {field("perWeek", "Per week")}
        {field("perMonth", "Per month")}
      </div>
      {hasBudget(draft) && (
        <>
          <Select
            label="Time zone"
            description="Whose midnights begin a new day, week and month."
            data={zones}
            value={draft.timeZone}
            onChange={(value) => change({ timeZone: value ?? "UTC" })}
            searchable
            allowDeselect={false}
          />
          <Switch
            label="Allow what has no known price"
            description="Such requests cost nothing here; without this they are refused while there is a budget."
            checked={draft.allowUnpriced}
            onChange={(event) => change({ allowUnpriced: event.currentTarget.checked })}
          />
        </>
      )}
    </fieldset>
  );
}
