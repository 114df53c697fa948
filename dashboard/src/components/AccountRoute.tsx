// The account that answered a request, behind those it was tried on before.
import type { Schemas } from "~/api/client";
import { AccountName } from "./AccountName";
import css from "./AccountRoute.module.css";

type Row = Pick<Schemas["RequestResource"], "accountUsed" | "triedAccounts" | "failoverAttempts">;

export function AccountRoute({ row }: { row: Row }) {
  if (row.failoverAttempts === 0) return <AccountName name={row.accountUsed} />;
  const tried = row.triedAccounts.join(" → ") || "the client's own";
  return (
    <span className={css.route} title={`${tried} → ${row.accountUsed ?? "none"}`}>
      <span className={css.tried}>{tried}</span>
      <span className={css.arrow}>→</span>
      <AccountName name={row.accountUsed} />
    </span>
  );
}
