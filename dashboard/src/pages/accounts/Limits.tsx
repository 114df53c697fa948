// The limits of an account, each with where it is heading.
import { gaugeKey, gaugeName } from "~/app/gauge-name";
import { forecast, forecastWords } from "~/app/limit-forecast";
import { tellingGauges, usedShare } from "~/app/state-sentence";
import { useNow } from "~/components/clock";
import { LimitBar } from "~/components/LimitBar";
import { count, text } from "~/format/number";
import css from "./accounts.module.css";
import type { Account } from "./mutations";

export function Limits({ account }: { account: Account }) {
  const now = useNow();
  const gauges = tellingGauges(account.gauges);
  if (gauges.length === 0) return <p className={css.small}>Its limits are known after its first answer.</p>;
  return (
    <ul className={css.limits}>
      {gauges.map((gauge) => {
        const told = forecast(gauge, now, account.reserve);
        const words =
          gauge.kind === "window"
            ? forecastWords(gauge, now, account.reserve)
            : remaining(gauge.remaining, gauge.limit);
        return (
          <li key={gaugeKey(gauge)}>
            <LimitBar
              label={gaugeName(gauge)}
              used={usedShare(gauge)}
              resetsAt={gauge.resetsAt}
              expected={told?.atReset ?? null}
            />
            <p className={css.heading} data-state={told?.reachedAt ? "near" : undefined}>
              {words}
            </p>
          </li>
        );
      })}
    </ul>
  );
}

function remaining(left: number | null, limit: number | null): string {
  if (left === null || limit === null) return "How much is left was not told.";
  return `${text(count(left))} of ${text(count(limit))} a minute left`;
}
