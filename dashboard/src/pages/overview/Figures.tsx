// How it goes: the rate of now, latency and failures of the last hours, what today costs against yesterday.
import { useStats } from "~/api/queries";
import { Stat, Stats } from "~/components/Stat";
import { change, count, money, percent, text, tokens } from "~/format/number";
import { duration } from "~/format/time";
import css from "./overview.module.css";
import { useToday, useYesterday } from "./queries";
import { RequestRate } from "./RequestRate";

export function Figures() {
  return (
    <div className={css.figures}>
      <Stats label="Figures">
        <RequestRate />
        <Latency />
        <Today />
      </Stats>
    </div>
  );
}

function Latency() {
  const stats = useStats("1h");
  const { duration: whole = null, ttft = null } = stats.data ?? {};
  const more = whole && `p95 ${text(duration(whole.p95))} · p99 ${text(duration(whole.p99))}`;
  return (
    <>
      <Stat label="Response time, p50" quantity={duration(whole?.p50)} note={more ?? "no request in the last hour"} />
      <Stat
        label="First token, p50"
        quantity={duration(ttft?.p50)}
        note={ttft ? `p95 ${text(duration(ttft.p95))} · last hour` : "no stream in the last hour"}
      />
      <Stat
        label="Output speed"
        quantity={count(stats.data?.avgTokensPerSecond)}
        noun="tokens/s"
        note="mean, last hour"
      />
    </>
  );
}

function Today() {
  const today = useToday();
  const yesterday = useYesterday();
  const now = today.data?.totals;
  const then = yesterday.data?.totals;
  /** What stands below a figure of today. */
  const compared = (of: "requests" | "totalTokens" | "costUsd", good?: "down") => {
    if (!then) return {};
    const share = change(now?.[of], then[of]);
    if (share === null) return { note: "none by this time yesterday" };
    return { delta: { share, against: "this time yesterday", ...(good && { good }) } };
  };
  return (
    <>
      <Stat label="Requests today" quantity={count(now?.requests)} {...compared("requests")} />
      <Stat
        label="Failed today"
        quantity={percent(now?.requests ? now.errors / now.requests : null)}
        note={now && `${text(count(now.errors))} of ${text(count(now.requests))}`}
      />
      <Stat label="Tokens today" quantity={tokens(now?.totalTokens)} {...compared("totalTokens")} />
      <Stat
        label="Cost today"
        quantity={money(now && (now.costUsd ?? (now.requests === 0 ? 0 : null)))}
        {...compared("costUsd", "down")}
      />
    </>
  );
}
