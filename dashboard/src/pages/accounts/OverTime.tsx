// An account's limits since this page was opened, and its tokens of the last day.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "~/api/client";
import { TimeSeries } from "~/charts/TimeSeries";
import { ErrorState, Skeleton } from "~/components/Notice";
import { useAccountColor } from "~/design/colors";
import { seriesColor } from "~/design/series-color";
import { percent, tokens } from "~/format/number";
import { moment } from "~/format/time";
import { Section } from "./AccountDetail";
import css from "./AccountDetail.module.css";
import { lines, useGaugeHistory } from "./gauge-history";
import type { Account } from "./mutations";

const HEIGHT = 140;
const REFRESH_MS = 60_000;

export function OverTime({ account }: { account: Account }) {
  return (
    <Section title="Over time">
      <Day account={account} />
      <Now account={account} />
    </Section>
  );
}

function Day({ account }: { account: Account }) {
  const color = useAccountColor()(account.name);
  const day = useQuery({
    queryKey: ["analytics", "day", account.name],
    queryFn: ({ signal }) => {
      const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
      return api.get("/api/analytics", { query: { range: "24h", accounts: account.name, tz }, signal });
    },
    refetchInterval: REFRESH_MS,
  });
  const times = useMemo(() => day.data?.points.map((each) => (moment(each.at) ?? 0) / 1000) ?? [], [day.data]);
  const series = useMemo(
    () => [{ label: "tokens", values: day.data?.points.map((each) => each.totalTokens) ?? [], color, filled: true }],
    [day.data, color],
  );
  if (day.isError) return <ErrorState error={day.error} onRetry={() => void day.refetch()} />;
  if (day.data === undefined) return <Skeleton height={HEIGHT + 56} />;
  return <TimeSeries title="Tokens, last 24 hours" times={times} series={series} format={tokens} height={HEIGHT} />;
}

function Now({ account }: { account: Account }) {
  const readings = useGaugeHistory()[account.id];
  const shown = useMemo(() => {
    const found = lines(account, readings ?? []);
    return { ...found, series: found.series.map((each) => ({ ...each, color: seriesColor(each.label) })) };
  }, [account, readings]);
  if (shown.times.length < 2) {
    return (
      <p className={css.text} style={{ minHeight: HEIGHT / 2 }}>
        How much of each limit is used is drawn from now on, with each answer that tells.
      </p>
    );
  }
  return (
    <TimeSeries
      title="Limits used, since this page was opened"
      times={shown.times}
      series={shown.series}
      format={percent}
      height={HEIGHT}
    />
  );
}
