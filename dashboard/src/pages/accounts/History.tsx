// When an account was limited, recovered or needed somebody, in the last month.
import { useQuery } from "@tanstack/react-query";
import { api } from "~/api/client";
import { useHappenings, useRefresh } from "~/api/queries";
import { ErrorState, Skeleton } from "~/components/Notice";
import { TimeAgo } from "~/components/TimeAgo";
import { timeline } from "~/pages/overview/timeline";
import css from "./AccountDetail.module.css";
import type { Account } from "./mutations";

const MOST = 100;

export function History({ account }: { account: Account }) {
  const told = useHappenings();
  const recorded = useQuery({
    queryKey: ["happenings", "recorded", account.id],
    queryFn: ({ signal }) => api.get("/api/events/history", { query: { account: account.id, limit: MOST }, signal }),
    refetchInterval: useRefresh(),
  });
  if (recorded.data === undefined) {
    if (recorded.isError) return <ErrorState error={recorded.error} onRetry={() => void recorded.refetch()} />;
    return <Skeleton height={60} />;
  }
  const mine = told.filter((each) => (each.accountId ?? each.account) === (each.accountId ? account.id : account.name));
  const lines = timeline(recorded.data, mine, MOST);
  if (lines.length === 0) return <p className={css.text}>Nothing in the last month: it was never limited.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <ol className={css.history} tabIndex={0} aria-label="What happened, newest first">
      {lines.map((each) => (
        <li key={`${each.at} ${each.text}`}>
          <span className={css.when}>
            <TimeAgo at={each.at} />
          </span>
          <span>{each.text}</span>
        </li>
      ))}
    </ol>
  );
}
