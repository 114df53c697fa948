// What happened lately: accounts that were limited, recovered, need somebody; requests that moved.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "~/api/client";
import { useHappenings, useRefresh } from "~/api/queries";
import { ErrorState, Skeleton } from "~/components/Notice";
import { Panel } from "~/components/Panel";
import { type State, StateShape } from "~/components/StateBadge";
import { TimeAgo } from "~/components/TimeAgo";
import css from "./Timeline.module.css";
import { timeline } from "./timeline";

const SHOWN = 50;

const STATES: Record<string, State> = {
  limited: "limited",
  attention: "limited",
  "set-aside": "near",
  "budget-near": "near",
  budget: "limited",
  recovered: "ok",
  "attention-over": "ok",
  "account-resumed": "ok",
};

export function Timeline() {
  const told = useHappenings();
  const recorded = useQuery({
    queryKey: ["happenings", "recorded"],
    queryFn: ({ signal }) => api.get("/api/events/history", { query: { limit: SHOWN }, signal }),
    refetchInterval: useRefresh(),
  });
  const lines = useMemo(() => recorded.data && timeline(recorded.data, told, SHOWN), [recorded.data, told]);
  return (
    <Panel title="What happened" flush>
      {lines === undefined ? (
        recorded.isError ? (
          <ErrorState error={recorded.error} onRetry={() => void recorded.refetch()} />
        ) : (
          <div className={css.waiting} aria-busy="true">
            <Skeleton height={18} />
            <Skeleton height={18} />
            <Skeleton height={18} />
          </div>
        )
      ) : lines.length === 0 ? (
        <p className={css.quiet}>Nothing in the last month: no account was limited, none needed anybody.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
        <ol className={css.timeline} tabIndex={0} aria-label="What happened, newest first">
          {lines.map((each) => (
            <li key={`${each.at} ${each.text}`}>
              <span className={css.when}>
                <TimeAgo at={each.at} short />
              </span>
              <StateShape state={STATES[each.kind] ?? "idle"} size={9} />
              <span>{each.text}</span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
