// Signing in on the provider's page: its terms, the link, and the code that comes back.
import { Button, TextInput } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useState } from "react";
import { ApiError, type Schemas } from "~/api/client";
import { CommandLine } from "~/components/CopyButton";
import { clockTime, moment } from "~/format/time";
import type { Account } from "../mutations";
import css from "./add.module.css";
import { useBeginSignIn, useFinishSignIn } from "./sign-in";
import { Terms } from "./Terms";

interface SignInProps {
  /** The account as it is to be; `again`: that of this name, which stays as it is. */
  account: { name: string; mode: string; tier?: number; again?: boolean };
  onDone: (account: Account) => void;
  onBack?: (() => void) | undefined;
}

export function SignIn({ account, onDone, onBack }: SignInProps) {
  const terms = account.mode === "max";
  const [accepted, setAccepted] = useState(false);
  const beginning = useBeginSignIn(account);
  if (beginning.data) {
    const restart = () => beginning.reset();
    return <Paste begun={beginning.data} onDone={onDone} onRestart={restart} onBack={onBack} />;
  }
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        beginning.mutate(accepted);
      }}
    >
      <p className={css.text}>
        {account.mode === "console"
          ? "You sign in on the Claude Console's own page and allow that a key is made; the key stays here, encrypted."
          : "You sign in on the provider's own page; what comes back is kept here, encrypted, and renewed when due."}
      </p>
      {terms && <Terms accepted={accepted} onAccept={setAccepted} />}
      {beginning.isError && <Problem error={beginning.error} />}
      <div className={css.buttons}>
        <Button type="submit" variant="filled" loading={beginning.isPending} disabled={terms && !accepted}>
          {beginning.isError ? "Try again" : "Continue"}
        </Button>
        {onBack && <Button onClick={onBack}>Back</Button>}
      </div>
    </form>
  );
}

/** Why it does not begin; without a client, what to set. */
function Problem({ error }: { error: Error }) {
  const noClient = error.message.includes("CLAUDEFLARE_OAUTH_CLIENT_ID");
  return (
    <div role="alert" className={css.form}>
      <p data-state="limited" className={css.problem}>
        {error.message}
      </p>
      {noClient && <CommandLine>{"CLAUDEFLARE_OAUTH_CLIENT_ID=YOUR-CLIENT claudeflare serve"}</CommandLine>}
    </div>
  );
}

interface PasteProps {
  begun: Schemas["SignInBegun"];
  onDone: (account: Account) => void;
  onRestart: () => void;
  onBack?: (() => void) | undefined;
}

function Paste({ begun, onDone, onRestart, onBack }: PasteProps) {
  const [code, setCode] = useState("");
  const finishing = useFinishSignIn(onDone);
  const gone = finishing.error instanceof ApiError && finishing.error.status === 404;
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        finishing.mutate({ sessionId: begun.sessionId, code: code.trim() });
      }}
    >
      <ol className={css.tasks}>
        <li>
          <p>Sign in and allow access, in another tab.</p>
          <Button
            component="a"
            href={begun.authUrl}
            target="_blank"
            rel="noreferrer"
            variant="light"
            rightSection={<IconExternalLink size={14} aria-hidden />}
          >
            Open the sign-in page
          </Button>
          <p className={css.text}>{`This sign-in stays open until ${clockTime(moment(begun.expiresAt) ?? 0)}.`}</p>
        </li>
        <li>
          <TextInput
            label="Paste the code it shows"
            placeholder="code#state"
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            error={finishing.error?.message}
            required
            withAsterisk={false}
            autoComplete="off"
            spellCheck={false}
          />
        </li>
      </ol>
      <div className={css.buttons}>
        {gone ? (
          <Button variant="filled" onClick={onRestart}>
            Start again
          </Button>
        ) : (
          <Button type="submit" variant="filled" loading={finishing.isPending}>
            Finish
          </Button>
        )}
        {onBack && <Button onClick={onBack}>Back</Button>}
      </div>
    </form>
  );
}
