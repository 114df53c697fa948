// All accounts, a row each; where there is none, how to add the first.
import { Link } from "wouter";
import { useAccounts } from "~/api/queries";
import { FirstAccount } from "~/components/FirstAccount";
import { ErrorState, Skeleton } from "~/components/Notice";
import { Panel } from "~/components/Panel";
import { AccountRow } from "./AccountRow";
import css from "./overview.module.css";
import { useToday } from "./queries";

export function Accounts() {
  return (
    <Panel title="Accounts" aside={<Link href="/accounts">Manage</Link>} flush>
      <Rows />
    </Panel>
  );
}

function Rows() {
  const accounts = useAccounts();
  const today = useToday();
  if (accounts.data === undefined) {
    if (accounts.isError) return <ErrorState error={accounts.error} onRetry={() => void accounts.refetch()} />;
    return (
      <div className={css.waiting} aria-busy="true">
        <Skeleton height={58} />
        <Skeleton height={58} />
        <Skeleton height={58} />
      </div>
    );
  }
  if (accounts.data.length === 0) return <FirstAccount />;
  const costs = new Map(today.data?.byAccount.map((each) => [each.accountId, each.costUsd]));
  return (
    <ul>
      {accounts.data.map((account) => (
        <AccountRow key={account.id} account={account} cost={today.data && (costs.get(account.id) ?? 0)} />
      ))}
    </ul>
  );
}
