// Requests: all of them as they come, and beside the list the one that is open.
import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { useLocation, useParams } from "wouter";
import { useAccounts } from "~/api/queries";
import { REQUEST_STATUSES } from "~/api/request-statuses";
import { CommandLine } from "~/components/CopyButton";
import { FilterBar } from "~/components/FilterBar";
import { useHotkeys } from "~/components/hotkeys";
import { EmptyState, ErrorState, Skeleton } from "~/components/Notice";
import { PageBody, PageTitle } from "~/components/PageTitle";
import type { RequestRow } from "~/components/RequestTable";
import { useUrlChoices } from "~/components/search-params";
import { ExportButton } from "./ExportButton";
import { CHOICES, options, queryOf, RANGE_CHOICES, type RequestQuery, seen } from "./filters";
import { RequestList } from "./RequestList";
import css from "./requests.module.css";
import { useRowStream } from "./row-stream";
import { isGap, type Line } from "./row-window";

const Detail = lazy(() => import("./detail/Detail"));
/** Typing pauses this long before the list is asked for. */
const TYPING_MS = 250;

export default function Requests() {
  const { id } = useParams<{ id?: string }>();
  const [, navigate] = useLocation();
  const { values, set, clear } = useUrlChoices(CHOICES);
  const [paused, setPaused] = useState(false);
  const [asked] = useDebouncedValue(JSON.stringify(queryOf(values)), TYPING_MS);
  const query = useMemo(() => JSON.parse(asked) as RequestQuery, [asked]);
  const stream = useRowStream(query, paused);
  const filters = useFilters(stream.lines, values);
  const to = (request: string | null) => {
    const path = request === null ? "/requests" : `/requests/${encodeURIComponent(request)}`;
    // From one detail to the next leaves no trail: back leads to where one came from.
    navigate(path + location.search, { replace: request !== null && id !== undefined });
  };
  useHotkeys({ p: () => setPaused(!paused), ...(id === undefined ? {} : { Escape: () => to(null) }) });
  const some = Object.values(values).some(Boolean);

  return (
    <PageBody wide>
      <PageTitle title="Requests">
        <Button
          leftSection={paused ? <IconPlayerPlay size={14} aria-hidden /> : <IconPlayerPause size={14} aria-hidden />}
          aria-keyshortcuts="p"
          onClick={() => setPaused(!paused)}
        >
          {paused ? "Go on" : "Pause"}
        </Button>
        <ExportButton query={query} />
      </PageTitle>
      <div className={css.filters} data-open={id !== undefined}>
        <FilterBar
          filters={filters}
          values={values}
          onChange={set}
          onClear={clear}
          search={{ name: "q", label: "Id, path or error" }}
        />
      </div>
      <div className={css.split} data-open={id !== undefined}>
        <div className={css.list}>
          {stream.error ? (
            <ErrorState error={stream.error} onRetry={stream.retry} />
          ) : (
            <RequestList
              stream={stream}
              openId={id}
              onOpen={(row) => to(row.id)}
              height="var(--list-height)"
              empty={<Empty some={some} onClear={clear} />}
            />
          )}
        </div>
        {id !== undefined && (
          <Suspense fallback={<Skeleton height="var(--list-height)" />}>
            <Detail key={id} id={id} onClose={() => to(null)} {...neighbors(stream.lines, id, to)} />
          </Suspense>
        )}
      </div>
    </PageBody>
  );
}

function useFilters(lines: readonly Line[] | undefined, values: Record<string, string | undefined>) {
  const accounts = useAccounts().data ?? [];
  const found = seen((lines ?? []).filter((line): line is RequestRow => !isGap(line)).slice(0, 200));
  return [
    {
      name: "account",
      label: "Account",
      options: options(
        accounts.map((each) => each.name),
        values.account,
      ),
    },
    { name: "model", label: "Model", options: options(found.models, values.model) },
    { name: "status", label: "State", options: withChosen(REQUEST_STATUSES, values.status) },
    { name: "range", label: "Time", options: withChosen(RANGE_CHOICES, values.range) },
    { name: "key", label: "Key", options: options(found.keys, values.key) },
    { name: "agent", label: "Agent", options: options(found.agents, values.agent) },
    { name: "session", label: "Session", options: options(found.sessions, values.session) },
  ].filter((each) => each.options.length > 0);
}

/** A choice that came by the URL is shown although it is not one of ours. */
function withChosen(choices: readonly { value: string; label: string }[], chosen: string | undefined) {
  if (!chosen || choices.some((each) => each.value === chosen)) return choices;
  return [...choices, { value: chosen, label: chosen }];
}

/** What leads to the request above and below. */
function neighbors(lines: readonly Line[] | undefined, id: string, to: (id: string) => void) {
  const at = lines?.findIndex((line) => line.id === id) ?? -1;
  const go = (line: Line | undefined) => (line === undefined || isGap(line) || at < 0 ? undefined : () => to(line.id));
  return { onNewer: go(lines?.[at - 1]), onOlder: go(lines?.[at + 1]) };
}

function Empty({ some, onClear }: { some: boolean; onClear: () => void }) {
  if (some) {
    return (
      <EmptyState title="No request like that">
        <Button onClick={onClear}>Show all requests</Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No request yet">
      <p>Send one through Claudeflare:</p>
      <CommandLine>{`ANTHROPIC_BASE_URL=${location.origin} claude`}</CommandLine>
    </EmptyState>
  );
}
