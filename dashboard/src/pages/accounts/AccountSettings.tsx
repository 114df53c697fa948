// What the owner sets of an account: name, tier, priority, reserve, extra usage, base URL.
import { Button, NumberInput, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useId, useState } from "react";
import "@mantine/core/styles/CloseButton.layer.css";
import "@mantine/core/styles/Combobox.layer.css";
import "@mantine/core/styles/FloatingIndicator.layer.css";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/NumberInput.layer.css";
import "@mantine/core/styles/ScrollArea.layer.css";
import "@mantine/core/styles/SegmentedControl.layer.css";
import css from "./AccountDetail.module.css";
import { TIERS } from "./add/kinds";
import { changeOf, type Draft, draftOf } from "./change";
import { type Account, useChangeAccount } from "./mutations";

const EXTRA_USAGE = [
  { value: "server", label: "As the server's setting says" },
  { value: "yes", label: "Allowed: it may cost beyond its plan" },
  { value: "no", label: "Not allowed" },
];

export function AccountSettings({ account }: { account: Account }) {
  const [draft, setDraft] = useState(() => draftOf(account));
  const saving = useChangeAccount(account);
  const change = changeOf(draft, account);
  const edit = (part: Partial<Draft>) => setDraft((known) => ({ ...known, ...part }));
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate(change, { onSuccess: (stored) => setDraft(draftOf(stored)) });
      }}
    >
      <TextInput
        label="Name"
        required
        withAsterisk={false}
        value={draft.name}
        onChange={(event) => edit({ name: event.currentTarget.value })}
      />
      <TierChoice value={draft.tier} onChange={(tier) => edit({ tier })} />
      <Numbers draft={draft} edit={edit} />
      <Select
        label="Extra usage"
        description="Whether it may be used beyond its plan."
        data={EXTRA_USAGE}
        value={draft.extraUsage}
        onChange={(value) => edit({ extraUsage: value ?? "server" })}
        allowDeselect={false}
      />
      <TextInput
        label="Base URL"
        description="Where its requests go. Empty: the server's upstream."
        placeholder="https://api.anthropic.com"
        value={draft.baseUrl}
        onChange={(event) => edit({ baseUrl: event.currentTarget.value })}
      />
      {saving.isError && (
        <p role="alert" data-state="limited" className={css.problem}>
          {saving.error.message}
        </p>
      )}
      <div className={css.buttons}>
        <Button type="submit" loading={saving.isPending} disabled={Object.keys(change).length === 0}>
          Save
        </Button>
        <Button variant="subtle" disabled={Object.keys(change).length === 0} onClick={() => setDraft(draftOf(account))}>
          Undo
        </Button>
      </div>
    </form>
  );
}

function Numbers({ draft, edit }: { draft: Draft; edit: (part: Partial<Draft>) => void }) {
  return (
    <div className={css.two}>
      <NumberInput
        label="Priority"
        description="Lower ones are used first."
        allowDecimal={false}
        value={draft.priority}
        onChange={(value) => edit({ priority: typeof value === "number" ? value : 0 })}
      />
      <NumberInput
        label="Reserve"
        description="Left alone from this share of a window."
        suffix=" %"
        min={1}
        max={100}
        decimalScale={1}
        placeholder="as the server"
        value={draft.reserve}
        onChange={(value) => edit({ reserve: typeof value === "number" ? value : "" })}
      />
    </div>
  );
}

/** How much an account can take, in relation to the others. */
export function TierChoice({ value, onChange }: { value: string; onChange: (tier: string) => void }) {
  const id = useId();
  return (
    <div className={css.field}>
      <span id={id} className={css.label}>
        Tier
      </span>
      <SegmentedControl
        aria-labelledby={id}
        data={TIERS.map((each) => ({ value: each.value, label: each.label }))}
        value={value}
        onChange={onChange}
        fullWidth
      />
    </div>
  );
}
