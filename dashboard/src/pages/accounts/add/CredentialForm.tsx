// What opens an account that nobody signs in to: a key, a token, or where such things lie on the server's machine.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useState } from "react";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/PasswordInput.layer.css";
import css from "./add.module.css";
import { type CredentialDraft, isSubscription, type Mode, NO_CREDENTIAL } from "./kinds";
import { Terms } from "./Terms";

interface CredentialFormProps {
  mode: Mode;
  /** The verb on the button. */
  action: string;
  saving: boolean;
  /** What the API said, in words. */
  problem: string | null;
  onSave: (credential: CredentialDraft, acceptTerms: boolean) => void;
  onBack?: (() => void) | undefined;
  /** It exists: what is left empty stays as it is. */
  again?: boolean;
}

export function CredentialForm(props: CredentialFormProps) {
  const { mode, action, saving, problem, onSave, onBack, again = false } = props;
  const [draft, setDraft] = useState(NO_CREDENTIAL);
  const [accepted, setAccepted] = useState(false);
  const terms = isSubscription(mode, draft.token);
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSave(draft, terms && accepted);
      }}
    >
      <Fields mode={mode} draft={draft} again={again} edit={(part) => setDraft((known) => ({ ...known, ...part }))} />
      {terms && <Terms accepted={accepted} onAccept={setAccepted} />}
      {problem && (
        <p role="alert" data-state="limited" className={css.problem}>
          {problem}
        </p>
      )}
      <div className={css.buttons}>
        <Button type="submit" variant="filled" loading={saving} disabled={terms && !accepted}>
          {action}
        </Button>
        {onBack && <Button onClick={onBack}>Back</Button>}
      </div>
    </form>
  );
}

interface FieldsProps {
  mode: Mode;
  draft: CredentialDraft;
  again: boolean;
  edit: (part: Partial<CredentialDraft>) => void;
}

function Fields({ mode, draft, again, edit }: FieldsProps) {
  const secret = (name: "apiKey" | "token", label: string, description: string) => (
    <PasswordInput
      label={label}
      description={description}
      value={draft[name]}
      onChange={(event) => edit({ [name]: event.currentTarget.value })}
      required
      withAsterisk={false}
      autoComplete="off"
      data-autofocus
    />
  );
  const line = (name: keyof CredentialDraft, label: string, description: string, required = false) => (
    <TextInput
      label={label}
      description={description}
      value={draft[name]}
      onChange={(event) => edit({ [name]: event.currentTarget.value })}
      required={required && !again}
      withAsterisk={false}
      autoComplete="off"
    />
  );
  if (mode === "token") return secret("token", "Token", "Kept encrypted; it is not shown again.");
  if (mode === "profile") {
    return (
      <>
        {line("profile", "Profile", "Its name. Empty: the one that is active.")}
        {line("configDir", "Directory", "On the server's machine. Empty: ~/.config/anthropic")}
      </>
    );
  }
  if (mode === "wif") {
    return (
      <>
        {line("assertionFile", "Assertion file", "Absolute path, on the server's machine, of a file with a JWT.", true)}
        {line("federationRuleId", "Federation rule", "Its id, fdrl_…", true)}
        {line("organizationId", "Organization", "Its id.", true)}
        {line("serviceAccountId", "Service account", "Its id, svac_…", true)}
        {line("workspaceId", "Workspace", "Its id. Empty: the default one.")}
      </>
    );
  }
  return secret("apiKey", "API key", "sk-ant-api… Kept encrypted; it is not shown again.");
}
