// The accounts: how each stands, where its limits are heading, and everything that can be done with them.
import { Button } from "@mantine/core";
import { useLocation, useParams, useSearchParams } from "wouter";
import { useAccounts } from "~/api/queries";
import { FirstAccount } from "~/components/FirstAccount";
import { useHotkeys } from "~/components/hotkeys";
import { EmptyState, ErrorState, Skeleton } from "~/components/Notice";
import { PageBody, PageTitle } from "~/components/PageTitle";
import { SidePanel } from "~/components/SidePanel";
import { AccountCard } from "./AccountCard";
import { AccountDetail } from "./AccountDetail";
import css from "./accounts.module.css";
import { AddAccount } from "./add/AddAccount";
import { LoginAgain } from "./add/LoginAgain";
import { useRecordGauges } from "./gauge-history";
import type { Account } from "./mutations";

const ADD = "/accounts?add=api-key";

export default function Accounts() {
  const accounts = useAccounts();
  const [, navigate] = useLocation();
  useRecordGauges();
  useHotkeys({ n: () => navigate(ADD) });
  return (
    <PageBody>
      <PageTitle title="Accounts" note="What serves requests: how much of each is used, until when, and what opens it.">
        <Button variant="filled" aria-keyshortcuts="n" onClick={() => navigate(ADD)}>
          Add account
        </Button>
      </PageTitle>
      {accounts.data === undefined ? (
        accounts.isError ? (
          <ErrorState error={accounts.error} onRetry={() => void accounts.refetch()} />
        ) : (
          <div className={css.list} aria-busy="true">
            <Skeleton height={148} />
            <Skeleton height={148} />
          </div>
        )
      ) : accounts.data.length === 0 ? (
        <FirstAccount />
      ) : (
        <ul className={css.list}>
          {accounts.data.map((account) => (
            <AccountCard key={account.id} account={account} />
          ))}
        </ul>
      )}
      {accounts.data && <Panels accounts={accounts.data} />}
    </PageBody>
  );
}

/** What lies over the list, as the address says: `/accounts/ID`, `?add=MODE`, `?login=ID`. */
function Panels({ accounts }: { accounts: readonly Account[] }) {
  const { id } = useParams<{ id?: string }>();
  const [search] = useSearchParams();
  const [, navigate] = useLocation();
  const find = (wanted: string | null | undefined) =>
    accounts.find((each) => each.id === wanted) ?? accounts.find((each) => each.name === wanted);
  const close = () => navigate("/accounts");
  const add = search.get("add");
  const login = search.get("login");
  const again = find(login);
  const shown = login === null && add === null ? find(id) : undefined;
  if (add !== null) return <AddAccount mode={add} onClose={close} />;
  if (again) return <LoginAgain key={again.id} account={again} onClose={close} />;
  const missing = id !== undefined || login !== null;
  return (
    <SidePanel
      title={shown ? shown.name : missing ? "No such account" : ""}
      open={missing}
      onClose={close}
      width="min(640px, 100vw)"
    >
      {shown ? (
        <AccountDetail key={shown.id} account={shown} />
      ) : (
        missing && (
          <EmptyState title="There is no such account">
            <p>It may have been removed.</p>
            <Button onClick={close}>Show all accounts</Button>
          </EmptyState>
        )
      )}
    </SidePanel>
  );
}
