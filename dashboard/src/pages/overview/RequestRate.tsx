// Requests per second, as they come: the mean of the last seconds and the shape of the last minute.

import type { Second } from "~/api/live-merge";
import { useSeconds } from "~/api/queries";
import { Sparkline } from "~/charts/Sparkline";
import { useNow } from "~/components/clock";
import { Stat } from "~/components/Stat";
import { count } from "~/format/number";

const SHOWN_SECONDS = 60;
const MEAN_SECONDS = 10;

/** Requests that ended in each of the last seconds before `now`, oldest first. */
export function perSecond(seconds: readonly Second[], now: number, shown = SHOWN_SECONDS): number[] {
  const byTime = new Map(seconds.map((each) => [each.at, each.finished]));
  // The second that runs is not over yet.
  return Array.from({ length: shown }, (_, index) => byTime.get(now - shown + index) ?? 0);
}

export function RequestRate() {
  const seconds = useSeconds();
  const rates = perSecond(seconds, Math.floor(useNow() / 1000));
  const mean = rates.slice(-MEAN_SECONDS).reduce((sum, each) => sum + each, 0) / MEAN_SECONDS;
  return (
    <Stat
      label="Requests now"
      quantity={count(mean)}
      noun="/s"
      note={<Sparkline values={rates} label="Requests per second in the last minute" height={18} width={120} />}
    />
  );
}
