// A key to make, or another's limits: one form for both.
import { Button, MultiSelect, NumberInput, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { useMemo, useState } from "react";
import "@mantine/core/styles/CloseButton.layer.css";
import "@mantine/core/styles/Combobox.layer.css";
import "@mantine/core/styles/InlineInput.layer.css";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/NumberInput.layer.css";
import "@mantine/core/styles/Pill.layer.css";
import "@mantine/core/styles/PillsInput.layer.css";
import "@mantine/core/styles/ScrollArea.layer.css";
import "@mantine/core/styles/Switch.layer.css";
import { useAccounts } from "~/api/queries";
import { dateAndTime, moment } from "~/format/time";
import css from "./keys.module.css";
import { type Draft, hasBudget } from "./limits";

const EXPIRIES = [
  { value: "", label: "Never" },
  { value: "7d", label: "In 7 days" },
  { value: "30d", label: "In 30 days" },
  { value: "90d", label: "In 90 days" },
  { value: "365d", label: "In a year" },
];

interface KeyFormProps {
  draft: Draft;
  /** Whether the key exists: then its name stays. */
  made: boolean;
  saving: boolean;
  /** What the API said, in words. */
  problem: string | null;
  onSave: (draft: Draft) => void;
  onCancel: () => void;
}

export function KeyForm({ draft: given, made, saving, problem, onSave, onCancel }: KeyFormProps) {
  const [draft, setDraft] = useState(given);
  const change = (part: Partial<Draft>) => setDraft((known) => ({ ...known, ...part }));
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSave(draft);
      }}
    >
      {!made && (
        <TextInput
          label="Name"
          description="Who or what uses it: requests are recorded under this name."
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          required
          withAsterisk={false}
          data-autofocus
        />
      )}
      <Budgets draft={draft} change={change} />
      <Rates draft={draft} change={change} />
      <Scope draft={draft} change={change} />
      <Switch
        label="Shadow mode"
        description="Limits are counted and shown, and refuse nothing: to find out what would be refused."
        checked={draft.shadow}
        onChange={(event) => change({ shadow: event.currentTarget.checked })}
      />
      {problem && (
        <p role="alert" data-state="limited" className={css.problem}>
          {problem}
        </p>
      )}
      <div className={css.buttons}>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="filled" loading={saving}>
          {made ? "Save limits" : "Make the key"}
        </Button>
      </div>
    </form>
  );
}

interface PartProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}

function Budgets({ draft, change }: PartProps) {
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

function Rates({ draft, change }: PartProps) {
  const field = (name: "requestsPerMinute" | "tokensPerMinute" | "concurrency", label: string) => (
    <NumberInput
      label={label}
      min={1}
      allowDecimal={false}
      thousandSeparator=","
      placeholder="no limit"
      value={draft[name]}
      onChange={(value) => change({ [name]: typeof value === "number" ? value : "" })}
    />
  );
  return (
    <fieldset className={css.group}>
      <legend>Limits</legend>
      <div className={css.three}>
        {field("requestsPerMinute", "Requests a minute")}
        {field("tokensPerMinute", "Tokens a minute")}
        {field("concurrency", "At the same time")}
      </div>
    </fieldset>
  );
}

function Scope({ draft, change }: PartProps) {
  const accounts = useAccounts().data ?? [];
  const names = [...new Set([...accounts.map((each) => each.name), ...draft.accounts])];
  const expiry = moment(draft.expires);
  const dated = expiry === null ? [] : [{ value: draft.expires, label: dateAndTime(expiry, Date.now()) }];
  return (
    <fieldset className={css.group}>
      <legend>What it may use</legend>
      <TagsInput
        size="xs"
        label="Models"
        description="Names, or patterns such as claude-haiku-*. Empty: all."
        value={draft.models}
        onChange={(models) => change({ models })}
        placeholder={draft.models.length > 0 ? "" : "all models"}
      />
      <MultiSelect
        label="Accounts"
        data={names}
        value={draft.accounts}
        onChange={(chosen) => change({ accounts: chosen })}
        placeholder={draft.accounts.length > 0 ? "" : "all accounts"}
      />
      <Select
        label="Expires"
        data={[...EXPIRIES, ...dated]}
        value={draft.expires}
        onChange={(value) => change({ expires: value ?? "" })}
        allowDeselect={false}
      />
    </fieldset>
  );
}
