// Who changed what, and when.
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { page, type Schemas } from "~/api/client";
import { ErrorState, Skeleton } from "~/components/Notice";
import { Panel } from "~/components/Panel";
import { TimeAgo } from "~/components/TimeAgo";
import { actionWords, changeWords, subjectWords } from "./settings";
import css from "./settings.module.css";

const PAGE = 25;

export function AuditLog() {
  const audit = useInfiniteQuery({
    queryKey: ["audit"],
    queryFn: ({ pageParam, signal }) => page("/api/audit", { query: { limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const entries = audit.data?.pages.flatMap((each) => each.items);
  return (
    <Panel title="Changes" note="Every change of accounts, keys and settings, kept for a year." flush>
      {audit.isError ? (
        <ErrorState error={audit.error} onRetry={() => void audit.refetch()} />
      ) : entries === undefined ? (
        <div className={css.waiting}>
          <Skeleton height={40} />
          <Skeleton height={40} />
        </div>
      ) : (
        <ol>
          {entries.map((each) => (
            <Entry key={each.id} entry={each} />
          ))}
          {entries.length === 0 && <li className={css.row}>Nothing was changed yet.</li>}
        </ol>
      )}
      {audit.hasNextPage && (
        <div className={css.more}>
          <Button variant="subtle" onClick={() => void audit.fetchNextPage()} loading={audit.isFetchingNextPage}>
            Show earlier changes
          </Button>
        </div>
      )}
    </Panel>
  );
}

function Entry({ entry }: { entry: Schemas["AuditEntryResource"] }) {
  const subject = subjectWords(entry);
  const change = changeWords(entry.before ?? null, entry.after ?? null);
  return (
    <li className={css.row}>
      <div className={css.what}>
        <span>
          {actionWords(entry.action)}
          {subject && <strong className={css.subject}>{` ${subject}`}</strong>}
        </span>
        {change && <span className={css.change}>{change}</span>}
      </div>
      <span className={css.by}>
        {[entry.who, entry.address].filter(Boolean).join(" · ")}
        <br />
        <TimeAgo at={entry.at} />
      </span>
    </li>
  );
}
