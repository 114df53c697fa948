// A key to make, or another's limits: one form for both.
import { Button, NumberInput, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import "@mantine/core/styles/InlineInput.layer.css";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/NumberInput.layer.css";
import "@mantine/core/styles/Switch.layer.css";
import { KeyBudgets } from "./KeyBudgets";
import { KeyScope } from "./KeyScope";
import css from "./keys.module.css";
import type { Draft } from "./limits";

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
      <KeyBudgets draft={draft} change={change} />
      <Rates draft={draft} change={change} />
      <KeyScope draft={draft} change={change} />
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

/** What a part of the form is given: the draft, and how to change it. */
export interface PartProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
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
