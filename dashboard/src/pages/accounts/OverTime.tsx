// An account's tokens and limits over a day, a week or a month.
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api } from "~/api/client";
import { TimeSeries } from "~/charts/TimeSeries";
import { ErrorState, Skeleton } from "~/components/Notice";
import { Segments } from "~/components/Segments";
import { useAccountColor } from "~/design/colors";
import { seriesColors } from "~/design/series-color";
import { percent, tokens } from "~/format/number";
import { moment } from "~/format/time";
import { Section } from "./AccountDetail";
import css from "./AccountDetail.module.css";
import { joined, lines, recorded, useGaugeHistory } from "./gauge-history";
import type { Account } from "./mutations";

const HEIGHT = 140;
const REFRESH_MS = 60_000;
const RANGES = [
  { value: "24h", label: "24 h" },
  { value: "7d", label: "7 d" },
  { value: "30d", label: "30 d" },
];

interface OverTimeProps {
  account: Account;
  range: string;
}

export function OverTime({ account }: { account: Account }) {
  const [range, setRange] = useState("24h");
  return (
    <Section title="Over time">
      <div className={css.range}>
        <Segments label="Time" options={RANGES} value={range} onChange={setRange} />
      </div>
      <Tokens account={account} range={range} />
      <LimitsUsed account={account} range={range} />
    </Section>
  );
}

function Tokens({ account, range }: OverTimeProps) {
  const color = useAccountColor()(account.name);
  const found = useQuery({
    queryKey: ["analytics", range, account.name],
    queryFn: ({ signal }) => {
      const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
      return api.get("/api/analytics", { query: { range, accounts: account.name, tz }, signal });
    },
    refetchInterval: REFRESH_MS,
  });
  const times = useMemo(() => found.data?.points.map((each) => (moment(each.at) ?? 0) / 1000) ?? [], [found.data]);
  const series = useMemo(
    () => [{ label: "tokens", values: found.data?.points.map((each) => each.totalTokens) ?? [], color, filled: true }],
    [found.data, color],
  );
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Skeleton height={HEIGHT + 56} />;
  return <TimeSeries title="Tokens" times={times} series={series} format={tokens} height={HEIGHT} />;
}

/** What is on record is fetched once: from then on the page reads along itself. */
function LimitsUsed({ account, range }: OverTimeProps) {
  const live = useGaugeHistory()[account.id];
  const found = useQuery({
    queryKey: ["limit-history", range, account.id],
    queryFn: ({ signal }) =>
      api.get("/api/accounts/{account}/limits", { path: { account: account.id }, query: { range }, signal }),
    staleTime: REFRESH_MS,
  });
  const shown = useMemo(() => {
    const drawn = lines(joined(found.data ? recorded(found.data) : [], live ?? []));
    const colors = seriesColors(drawn.series.map((each) => each.label).toSorted());
    return { ...drawn, series: drawn.series.map((each) => ({ ...each, color: colors.get(each.label) ?? "" })) };
  }, [found.data, live]);
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Skeleton height={HEIGHT + 56} />;
  if (shown.times.length < 2) {
    return (
      <p className={css.text} style={{ minHeight: HEIGHT / 2 }}>
        How much of each limit is used is drawn here, with each answer that tells of it.
      </p>
    );
  }
  return <TimeSeries title="Limits used" times={shown.times} series={shown.series} format={percent} height={HEIGHT} />;
}
