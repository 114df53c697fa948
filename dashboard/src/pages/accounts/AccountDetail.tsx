// Everything about one account: why it stands as it does, its limits over time, its credential and settings.
import { Button } from "@mantine/core";
import { Link } from "wouter";
import { accountState, accountWord } from "~/app/state-sentence";
import { CommandLine } from "~/components/CopyButton";
import { useNow } from "~/components/clock";
import { StateBadge } from "~/components/StateBadge";
import { TimeAgo } from "~/components/TimeAgo";
import { Troubles } from "./AccountCard";
import css from "./AccountDetail.module.css";
import { AccountSettings } from "./AccountSettings";
import { credentialName, credentialStanding } from "./credential";
import { History } from "./History";
import { Limits } from "./Limits";
import { type Account, useAction, useRemoveAccount } from "./mutations";
import { OverTime } from "./OverTime";

export function AccountDetail({ account }: { account: Account }) {
  const remove = useRemoveAccount(account);
  return (
    <div className={css.detail}>
      <State account={account} />
      <Section title="Limits">
        <Limits account={account} />
      </Section>
      <OverTime account={account} />
      <Section title="What happened">
        <History account={account} />
      </Section>
      <Section title="Credential">
        <Credential account={account} />
      </Section>
      <Section title="Settings">
        <AccountSettings account={account} />
      </Section>
      <Section title="Remove">
        <p className={css.text}>Deletes its credential for good. What is on record of it stays.</p>
        <Button color="red" variant="light" onClick={() => void remove()}>
          Remove account
        </Button>
      </Section>
    </div>
  );
}

export function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className={css.section} aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function State({ account }: { account: Account }) {
  const action = useAction(account);
  return (
    <div className={css.section}>
      <div className={css.state}>
        <StateBadge state={accountState(account)}>{accountWord(account)}</StateBadge>
        <span className={css.text}>
          {`${account.inFlight} in flight · used `}
          <TimeAgo at={account.lastUsed} />
        </span>
      </div>
      <Troubles account={account} />
      <div className={css.buttons}>
        <Button onClick={() => action.mutate(account.paused ? "resume" : "pause")} disabled={action.isPending}>
          {account.paused ? "Resume" : "Pause"}
        </Button>
        <Button
          onClick={() => action.mutate("clear-limit")}
          disabled={action.isPending || account.limits.length === 0 || account.paused}
        >
          Clear limit
        </Button>
        <Button component={Link} href={`/requests?account=${encodeURIComponent(account.name)}`} className={css.link}>
          Its requests
        </Button>
      </div>
    </div>
  );
}

function Credential({ account }: { account: Account }) {
  const action = useAction(account);
  const { state, word, text } = credentialStanding(account, useNow());
  return (
    <>
      <div className={css.state}>
        <StateBadge state={state}>{word}</StateBadge>
        <span className={css.text}>{`${credentialName(account.mode)}. ${text}`}</span>
      </div>
      {account.needsLogin && (
        <p className={css.text}>
          {"In a shell: "}
          <CommandLine>{account.needsLogin}</CommandLine>
        </p>
      )}
      <div className={css.buttons}>
        <Button
          component={Link}
          href={`/accounts?login=${account.id}`}
          className={account.needsLogin ? undefined : css.link}
          variant={account.needsLogin ? "filled" : "default"}
        >
          {account.mode === "api-key" || account.mode === "token" ? "Give another" : "Log in again"}
        </Button>
        {account.tokenRenewed && (
          <Button onClick={() => action.mutate("refresh")} loading={action.isPending}>
            Renew token now
          </Button>
        )}
      </div>
    </>
  );
}
