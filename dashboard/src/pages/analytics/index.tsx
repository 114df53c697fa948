// Figures over any range: how much, how fast, what it cost, what went wrong, and for whom.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "wouter";
import { api, type Schemas } from "~/api/client";
import { EmptyState, ErrorState, Skeleton } from "~/components/Notice";
import { PageBody, PageTitle } from "~/components/PageTitle";
import { Panel } from "~/components/Panel";
import { useUrlChoices } from "~/components/search-params";
import { useAccountColor } from "~/design/colors";
import { seriesColor } from "~/design/series-color";
import css from "./analytics.module.css";
import { Breakdown, type Part } from "./Breakdown";
import { Charts } from "./Charts";
import { CHOICES, type Choices, periodBefore, queryOf, zoomed } from "./choices";
import { FILTERS, Filters } from "./Filters";
import { HeatMap } from "./HeatMap";
import { Totals } from "./Totals";

const REFRESH_MS = 30_000;
const READERS_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export default function Analytics() {
  const { values, set } = useUrlChoices(CHOICES);
  const [, setParams] = useSearchParams();
  const choices = values as Choices;
  const query = queryOf(choices, READERS_ZONE);
  const analytics = useQuery({
    queryKey: ["analytics", query],
    queryFn: ({ signal }) => api.get("/api/analytics", { query, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: choices.from === undefined ? REFRESH_MS : false,
  });
  const change = (changed: Record<string, string | undefined>) =>
    setParams((known) => {
      const next = new URLSearchParams(known);
      for (const [name, value] of Object.entries(changed)) {
        if (value === undefined) next.delete(name);
        else next.set(name, value);
      }
      return next;
    });
  return (
    <PageBody wide>
      <PageTitle title="Analytics" />
      <Filters
        choices={choices}
        timeZone={READERS_ZONE}
        onChange={set}
        onRange={(range) => change({ range, from: undefined, to: undefined })}
        onSpan={(from, to) => change({ from: String(from), to: String(to) })}
        onClear={() => change(Object.fromEntries(FILTERS.map((each) => [each, undefined])))}
      />
      {analytics.isError ? (
        <ErrorState error={analytics.error} onRetry={() => void analytics.refetch()} />
      ) : analytics.data === undefined ? (
        <Placeholders />
      ) : (
        <div className={css.found} aria-busy={analytics.isPlaceholderData}>
          <Found analytics={analytics.data} choices={choices} onZoom={(from, to) => change(zoomed(from, to))} />
        </div>
      )}
    </PageBody>
  );
}

interface FoundProps {
  analytics: Schemas["AnalyticsResource"];
  choices: Choices;
  onZoom: (from: number, to: number) => void;
}

function Found({ analytics, choices, onZoom }: FoundProps) {
  if (analytics.totals.requests === 0 && analytics.previous.requests === 0) {
    return <EmptyState title="No request in this range">Choose a longer range, or take a filter away.</EmptyState>;
  }
  return (
    <>
      {analytics.countedFrom && (
        <p className={css.counting}>Older requests are still being counted after an upgrade.</p>
      )}
      <div className={css.totals}>
        <Totals now={analytics.totals} before={analytics.previous} against={periodBefore(choices)} />
      </div>
      <Charts analytics={analytics} timeZone={analytics.tz} onZoom={onZoom} />
      <Breakdowns analytics={analytics} />
    </>
  );
}

function Breakdowns({ analytics }: { analytics: Schemas["AnalyticsResource"] }) {
  const accountColor = useAccountColor();
  const part = (
    figures: Schemas["Figures"],
    name: string | null,
    none: string,
    filter: string,
    color?: string,
  ): Part => ({
    ...figures,
    name: name ?? none,
    color: color ?? seriesColor(name ?? none),
    href: name === null || filter === "" ? null : `/requests?${new URLSearchParams({ [filter]: name })}`,
  });
  return (
    <div className={css.charts}>
      <Breakdown
        title="By account"
        noun="Account"
        parts={analytics.byAccount.map((each) =>
          part(each, each.account, "none", "account", accountColor(each.account ?? "none")),
        )}
      />
      <Breakdown
        title="By model"
        noun="Model"
        parts={analytics.byModel.map((each) => part(each, each.model, "none named", "model"))}
      />
      <Breakdown
        title="By client key"
        noun="Key"
        parts={analytics.byClientKey.map((each) => part(each, each.clientKey, "without a key", "key"))}
      />
      <Breakdown
        title="By agent"
        noun="Agent"
        parts={analytics.byAgent.map((each) => part(each, each.agent, "did not say", "agent"))}
      />
      <Breakdown
        title="Errors by type"
        noun="Error"
        counted
        parts={analytics.byError.map((each) => part(each, each.errorType, "without a type", "", "var(--limited)"))}
      />
      <Panel title="When it is busy" note={`Requests by weekday and hour, ${analytics.tz}`}>
        <HeatMap map={analytics.heatMap} />
      </Panel>
    </div>
  );
}

function Placeholders() {
  return (
    <>
      <Skeleton height={172} />
      <div className={css.charts}>
        {["requests", "tokens", "cost", "cache"].map((each) => (
          <Skeleton key={each} height={306} />
        ))}
      </div>
    </>
  );
}
