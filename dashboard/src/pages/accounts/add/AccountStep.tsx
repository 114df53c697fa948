// The first step: what the account is called, what opens it, how much it can take.
import { Button, TextInput } from "@mantine/core";
import { useAccounts } from "~/api/queries";
import { TierChoice } from "../AccountSettings";
import css from "./add.module.css";
import { type AccountDraft, KINDS } from "./kinds";

interface AccountStepProps {
  draft: AccountDraft;
  onChange: (draft: AccountDraft) => void;
  onNext: () => void;
}

export function AccountStep({ draft, onChange, onNext }: AccountStepProps) {
  const name = draft.name.trim();
  const taken = useAccounts().data?.some((each) => each.name.toLowerCase() === name.toLowerCase()) ?? false;
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!taken) onNext();
      }}
    >
      <TextInput
        label="Name"
        description="As you will see it everywhere, e.g. work."
        value={draft.name}
        onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
        error={taken ? "There is an account of this name. Choose another." : undefined}
        maxLength={64}
        required
        withAsterisk={false}
        autoComplete="off"
        data-autofocus
      />
      <fieldset className={css.kinds}>
        <legend>What opens it</legend>
        {KINDS.map((kind) => (
          <label key={kind.mode} className={css.kind}>
            <input
              type="radio"
              name="mode"
              value={kind.mode}
              checked={draft.mode === kind.mode}
              onChange={() => onChange({ ...draft, mode: kind.mode })}
            />
            <span>
              <strong>{kind.title}</strong>
              <span className={css.text}>{kind.text}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <TierChoice value={draft.tier} onChange={(tier) => onChange({ ...draft, tier })} />
      <div className={css.buttons}>
        <Button type="submit" variant="filled">
          Continue
        </Button>
      </div>
    </form>
  );
}
