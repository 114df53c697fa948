// Adds an account in three steps, beside the list: what it is, what opens it, how it is used.
import { useState } from "react";
import { useLocation } from "wouter";
import { SidePanel } from "~/components/SidePanel";
import type { Account } from "../mutations";
import { AccountStep } from "./AccountStep";
import css from "./add.module.css";
import { CredentialForm } from "./CredentialForm";
import { Done } from "./Done";
import { type AccountDraft, accountFields, modeOf, signsIn } from "./kinds";
import { SignIn } from "./SignIn";
import { useAddAccount } from "./sign-in";

const STEPS = ["Account", "Credential", "Ready"] as const;

export function AddAccount({ mode, onClose }: { mode: string; onClose: () => void }) {
  const [, navigate] = useLocation();
  const [step, setStep] = useState(0);
  const [draft, setDraft] = useState<AccountDraft>({ name: "", mode: modeOf(mode), tier: "1" });
  const [added, setAdded] = useState<Account | null>(null);
  const done = (account: Account) => {
    setAdded(account);
    setStep(2);
  };
  const adding = useAddAccount(draft, done);
  const back = () => setStep(0);
  return (
    <SidePanel title="Add account" open onClose={onClose} width="min(600px, 100vw)">
      <div className={css.sheet}>
        <Steps at={step} />
        {added ? (
          <Done account={added} onClose={() => navigate(`/accounts/${added.id}`)} />
        ) : step === 0 ? (
          <AccountStep draft={draft} onChange={setDraft} onNext={() => setStep(1)} />
        ) : signsIn(draft.mode) ? (
          <SignIn account={accountFields(draft)} onDone={done} onBack={back} />
        ) : (
          <CredentialForm
            mode={draft.mode}
            action="Add account"
            saving={adding.isPending}
            problem={adding.error?.message ?? null}
            onSave={(credential, acceptTerms) => adding.mutate({ credential, acceptTerms })}
            onBack={back}
          />
        )}
      </div>
    </SidePanel>
  );
}

function Steps({ at }: { at: number }) {
  return (
    <ol className={css.steps} aria-label="Steps">
      {STEPS.map((title, index) => (
        <li key={title} aria-current={index === at ? "step" : undefined} data-done={index < at}>
          <span className={css.number}>{index + 1}</span>
          {title}
        </li>
      ))}
    </ol>
  );
}
