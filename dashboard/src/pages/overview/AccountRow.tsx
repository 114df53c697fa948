// One account in a row: name, state, a bar for each limit, what runs, what it cost today.
import { Link } from "wouter";
import type { Schemas } from "~/api/client";
import { gaugeKey, gaugeName } from "~/app/gauge-name";
import { forecast } from "~/app/limit-forecast";
import { accountState, accountWord, tellingGauges, usedShare } from "~/app/state-sentence";
import { Sparkline } from "~/charts/Sparkline";
import { AccountName } from "~/components/AccountName";
import { useNow } from "~/components/clock";
import { Money } from "~/components/Figure";
import { LimitBar } from "~/components/LimitBar";
import { StateBadge } from "~/components/StateBadge";
import { TimeAgo } from "~/components/TimeAgo";
import { useAccountColor } from "~/design/colors";
import css from "./AccountRow.module.css";
import { useAccountHours } from "./queries";

type Account = Schemas["AccountResource"];

interface AccountRowProps {
  account: Account;
  /** Dollars since midnight; null: nothing with a known price. */
  cost: number | null | undefined;
}

export function AccountRow({ account, cost }: AccountRowProps) {
  return (
    <li className={css.account}>
      <div className={css.who}>
        <Link href={`/accounts/${account.id}`} className={css.name}>
          <AccountName name={account.name} />
        </Link>
        <span className={css.small}>{`${account.mode} · tier ${account.tier}×`}</span>
      </div>
      <div className={css.state}>
        <StateBadge state={accountState(account)}>{accountWord(account)}</StateBadge>
        <Until account={account} />
      </div>
      <Limits account={account} />
      <div className={css.figures}>
        <span>
          <strong>{account.inFlight}</strong> in flight
        </span>
        <span>
          <strong>
            <Money value={cost} />
          </strong>{" "}
          today
        </span>
      </div>
      <Hours account={account} />
    </li>
  );
}

function Until({ account }: { account: Account }) {
  if (account.needsLogin) {
    return (
      <Link href={`/accounts?login=${account.id}`} className={css.mend}>
        Log in again
      </Link>
    );
  }
  if (account.rateLimitStatus === "needs attention") {
    return (
      <Link href={`/accounts/${account.id}`} className={css.mend}>
        See why
      </Link>
    );
  }
  if (!account.rateLimitReset) return null;
  return (
    <span className={css.small}>
      back <TimeAgo at={account.rateLimitReset} />
    </span>
  );
}

function Limits({ account }: { account: Account }) {
  const now = useNow();
  const gauges = tellingGauges(account.gauges);
  return (
    <div className={css.limits}>
      {gauges.length === 0 && <span className={css.small}>Its limits are known after its first answer.</span>}
      {gauges.map((gauge) => (
        <LimitBar
          key={gaugeKey(gauge)}
          label={gaugeName(gauge)}
          used={usedShare(gauge)}
          resetsAt={gauge.resetsAt}
          expected={forecast(gauge, now, account.reserve)?.atReset}
        />
      ))}
    </div>
  );
}

function Hours({ account }: { account: Account }) {
  const hours = useAccountHours(account.name);
  const color = useAccountColor();
  return (
    <div className={css.spark}>
      <Sparkline
        values={hours.data?.points.map((each) => each.requests) ?? []}
        label={`Requests of ${account.name} in the last 6 hours`}
        color={color(account.name)}
        height={28}
      />
      <span className={css.small}>6 h</span>
    </div>
  );
}
