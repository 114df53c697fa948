// Gives an account that exists another credential, or signs in to it again; it keeps its id and its history.
import { useLocation } from "wouter";
import { SidePanel } from "~/components/SidePanel";
import { toast } from "~/components/Toast";
import type { Account } from "../mutations";
import css from "./add.module.css";
import { CredentialForm } from "./CredentialForm";
import { modeOf, signsIn } from "./kinds";
import { SignIn } from "./SignIn";
import { useGiveCredential } from "./sign-in";

const TEXTS: Record<string, string> = {
  "api-key": "The new key takes the old one's place at once.",
  token: "The new token takes the old one's place at once.",
  profile: "Its files are read again. Fill in only what is elsewhere now.",
  wif: "Its files are read again. Fill in only what is different now.",
};

export function LoginAgain({ account, onClose }: { account: Account; onClose: () => void }) {
  const [, navigate] = useLocation();
  const mode = modeOf(account.mode);
  const done = (changed: Account) => {
    toast.done(`${changed.name} has its new credential.`);
    navigate(`/accounts/${changed.id}`);
  };
  const giving = useGiveCredential(account, done);
  const form = (
    <CredentialForm
      mode={mode}
      again
      action={mode === "profile" || mode === "wif" ? "Read again" : "Save"}
      saving={giving.isPending}
      problem={giving.error?.message ?? null}
      onSave={(credential, acceptTerms) => giving.mutate({ credential, acceptTerms })}
    />
  );
  return (
    <SidePanel title={`Log in again: ${account.name}`} open onClose={onClose} width="min(600px, 100vw)">
      <div className={css.sheet}>
        {signsIn(mode) ? (
          <SignIn account={{ name: account.name, mode, again: true }} onDone={done} />
        ) : (
          <p className={css.text}>{TEXTS[mode]}</p>
        )}
        {!signsIn(mode) && form}
        {mode === "console" && (
          <details className={css.details}>
            <summary>Or give it a key that you have</summary>
            {form}
          </details>
        )}
      </div>
    </SidePanel>
  );
}
