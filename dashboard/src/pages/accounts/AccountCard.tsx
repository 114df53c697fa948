// One account in the list: state, each limit with where it is heading, its credential, and what is done most.
import { Button } from "@mantine/core";
import { Link } from "wouter";
import { accountState, accountWord } from "~/app/state-sentence";
import { AccountName } from "~/components/AccountName";
import { useNow } from "~/components/clock";
import { Count } from "~/components/Figure";
import { StateBadge } from "~/components/StateBadge";
import { TimeAgo } from "~/components/TimeAgo";
import css from "./accounts.module.css";
import { credentialName, credentialStanding } from "./credential";
import { Limits } from "./Limits";
import { type Account, useAction } from "./mutations";

export function AccountCard({ account }: { account: Account }) {
  return (
    <li className={css.card} aria-label={account.name}>
      <div className={css.head}>
        <h2 className={css.name}>
          <Link href={`/accounts/${account.id}`}>
            <AccountName name={account.name} />
          </Link>
        </h2>
        <StateBadge state={accountState(account)}>{accountWord(account)}</StateBadge>
        <span className={css.small}>
          {[account.mode, `tier ${account.tier}×`, account.priority !== 0 && `priority ${account.priority}`]
            .filter(Boolean)
            .join(" · ")}
        </span>
        <Actions account={account} />
      </div>
      <Troubles account={account} />
      <Limits account={account} />
      <Foot account={account} />
    </li>
  );
}

function Actions({ account }: { account: Account }) {
  const action = useAction(account);
  const attention = account.rateLimitStatus === "needs attention";
  const clears = account.limits.length > 0 && !account.needsLogin && !account.paused;
  return (
    <div className={css.actions}>
      {(account.needsLogin || attention) && (
        <Button component={Link} href={`/accounts?login=${account.id}`} variant="light">
          {account.mode === "api-key" || account.mode === "token" ? `Give another ${thing(account)}` : "Log in again"}
        </Button>
      )}
      {clears && (
        <Button onClick={() => action.mutate("clear-limit")} disabled={action.isPending}>
          {attention ? "Try again" : "Clear limit"}
        </Button>
      )}
      <Button onClick={() => action.mutate(account.paused ? "resume" : "pause")} disabled={action.isPending}>
        {account.paused ? "Resume" : "Pause"}
      </Button>
      <Button
        component={Link}
        href={`/accounts/${account.id}`}
        className={css.link}
        aria-label={`Details of ${account.name}`}
      >
        Details
      </Button>
    </div>
  );
}

const thing = (account: Account) => (account.mode === "token" ? "token" : "key");

/** What keeps requests off it now, and until when. */
export function Troubles({ account }: { account: Account }) {
  if (account.limits.length === 0) return null;
  return (
    <ul className={css.troubles} data-state={accountState(account)}>
      {account.limits.map((limit) => (
        <li key={`${limit.modelClass} ${limit.reason}`}>
          {limit.modelClass && <strong>{`${limit.modelClass}: `}</strong>}
          {limit.reason}
          {limit.until && (
            <>
              {", over "}
              <TimeAgo at={limit.until} />
            </>
          )}
          {limit.guess && " (by our own caution)"}
        </li>
      ))}
    </ul>
  );
}

function Foot({ account }: { account: Account }) {
  const { state, word, text } = credentialStanding(account, useNow());
  return (
    <p className={css.foot}>
      <span>
        {`${credentialName(account.mode)}: `}
        <span data-state={state} className={state === "ok" ? undefined : css.colored}>
          {word}
        </span>
        {`. ${text}`}
      </span>
      <span>
        {`${account.inFlight} in flight · `}
        <Count value={account.totalRequests} />
        {` ${account.totalRequests === 1 ? "request" : "requests"} · `}
        {account.lastUsed ? "used " : ""}
        <TimeAgo at={account.lastUsed} otherwise="not used yet" />
      </span>
    </p>
  );
}
