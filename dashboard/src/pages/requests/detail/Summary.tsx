// The strip at the top of a request's detail.
import { Link } from "wouter";
import type { Schemas } from "~/api/client";
import { AccountName } from "~/components/AccountName";
import { Duration, Money, Tokens } from "~/components/Figure";
import { TimeAgo } from "~/components/TimeAgo";
import css from "./Detail.module.css";

export function Summary({ detail }: { detail: Schemas["RequestDetail"] }) {
  const links = { session: detail.sessionId, key: detail.clientKey, agent: detail.agentId };
  return (
    <>
      <dl className={css.summary}>
        <Item label="Began">
          <TimeAgo at={detail.timestamp} />
        </Item>
        <Item label="Account">
          <Accounts detail={detail} />
        </Item>
        <Item label="Input">
          <Tokens value={detail.inputTokens} />
        </Item>
        <Item label="Cache read / written">
          <Tokens value={detail.cacheReadInputTokens} /> / <Tokens value={detail.cacheCreationInputTokens} />
        </Item>
        <Item label="Output">
          <Tokens value={detail.outputTokens} />
        </Item>
        <Item label="First token">
          <Duration value={detail.ttftMs} />
        </Item>
        <Item label="Total">
          <Duration value={detail.responseTimeMs} />
        </Item>
        <Item label="Cost">
          <Money value={detail.costUsd} />
        </Item>
        {Object.entries(links).map(
          ([name, value]) =>
            value && (
              <Item key={name} label={name.charAt(0).toUpperCase() + name.slice(1)}>
                <Link href={`/requests?${name}=${encodeURIComponent(value)}`} title={`All requests of ${value}`}>
                  {value.length > 14 ? `${value.slice(0, 12)}…` : value}
                </Link>
              </Item>
            ),
        )}
      </dl>
      {detail.errorMessage && (
        <p className={css.failure} role="note">
          {detail.errorMessage}
        </p>
      )}
    </>
  );
}

/** Those that were tried, in order, each once in a row. */
function Accounts({ detail }: { detail: Schemas["RequestDetail"] }) {
  const tried = detail.attempts.map((each) => each.account).filter(Boolean);
  const path = tried.filter((name, index) => name !== tried[index - 1]);
  if (path.length === 0) return <AccountName name={detail.accountUsed} />;
  return (
    <span className={css.path}>
      {path.map((name, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: attempts never move
        <span key={index} className={css.path}>
          {index > 0 && (
            <span role="img" aria-label="then">
              →
            </span>
          )}
          <AccountName name={name} />
        </span>
      ))}
    </span>
  );
}

function Item({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
