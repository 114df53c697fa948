// What the range adds up to, beside the same time before.
import type { Schemas } from "~/api/client";
import { Stat, Stats } from "~/components/Stat";
import { change, count, money, percent, tokens } from "~/format/number";
import { duration } from "~/format/time";

type Figures = Schemas["Figures"];

export function Totals({ now, before, against }: { now: Figures; before: Figures; against: string }) {
  const compared = before.requests > 0;
  const delta = (of: (figures: Figures) => number | null, good?: "up" | "down") =>
    compared ? { share: change(of(now), of(before)), against, ...(good ? { good } : {}) } : undefined;
  return (
    <Stats label="Totals">
      <Stat
        label="Requests"
        quantity={count(now.requests)}
        delta={delta((each) => each.requests)}
        note={!compared && `none ${against}`}
      />
      <Stat label="Successful" quantity={percent(now.successRate)} delta={delta((each) => each.successRate, "up")} />
      <Stat label="Tokens" quantity={tokens(now.totalTokens)} delta={delta((each) => each.totalTokens)} />
      <Stat
        label="Cost"
        quantity={money(now.costUsd)}
        delta={delta((each) => each.costUsd, "down")}
        note={
          now.unpricedRequests > 0 &&
          `${compared ? " · " : ""}${now.unpricedRequests.toLocaleString("en-US")} without a price`
        }
      />
      <Stat label="Cache hits" quantity={percent(now.cacheHitRate)} delta={delta((each) => each.cacheHitRate, "up")} />
      <Stat
        label="The cache saved"
        quantity={money(now.cacheSavedUsd)}
        delta={delta((each) => each.cacheSavedUsd, "up")}
      />
      <Stat
        label="Duration, p95"
        quantity={duration(now.duration?.p95)}
        delta={delta((each) => each.duration?.p95 ?? null, "down")}
      />
      <Stat label="Failovers" quantity={count(now.failovers)} delta={delta((each) => each.failovers, "down")} />
    </Stats>
  );
}
