// The waterfall of one request, and the same as a table.
import type { Schemas } from "~/api/client";
import { Duration } from "~/components/Figure";
import { text } from "~/format/number";
import { duration } from "~/format/time";
import css from "./Timing.module.css";
import { PHASES, type Segment, timingOf } from "./timing";

export function Timing({ detail }: { detail: Schemas["RequestDetail"] }) {
  const { total, rows } = timingOf(detail);
  const at = (ms: number) => `${(ms / total) * 100}%`;
  const style = (each: Segment) => ({ left: at(each.from), width: `max(2px, ${at(each.to - each.from)})` });
  return (
    <div className={css.timing}>
      <div className={css.waterfall} aria-hidden="true">
        <div className={css.axis}>
          <span />
          <div>
            {[0, 0.25, 0.5, 0.75, 1].map((share) => (
              <span key={share} style={{ left: `${share * 100}%` }} data-share={share}>
                {share === 0 ? "0" : text(duration(total * share))}
              </span>
            ))}
          </div>
        </div>
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of one request never move
          <div key={index} className={css.row}>
            <span className={css.label}>
              {row.label}
              {row.note && <small data-state={row.failed ? "near" : undefined}>{row.note}</small>}
            </span>
            <div className={css.track}>
              {row.segments.map((each) => (
                <span
                  key={`${each.phase} ${each.from}`}
                  className={css.segment}
                  data-phase={each.phase}
                  style={style(each)}
                  title={`${PHASES[each.phase]}: ${text(duration(each.to - each.from))}`}
                />
              ))}
            </div>
          </div>
        ))}
      </div>
      <table className={css.table}>
        <caption className="visually-hidden">Where the time went</caption>
        <thead>
          <tr>
            <th scope="col">Where</th>
            <th scope="col">What</th>
            <th scope="col">At</th>
            <th scope="col">Took</th>
          </tr>
        </thead>
        <tbody>
          {rows.flatMap((row) =>
            row.segments.map((each, index) => (
              <tr key={`${row.label} ${each.phase} ${each.from}`}>
                <th scope="row">
                  <span className={index === 0 ? undefined : "visually-hidden"}>
                    {`${row.label}${row.note && `: ${row.note}`}`}
                  </span>
                </th>
                <td>
                  <span className={css.swatch} data-phase={each.phase} />
                  {PHASES[each.phase]}
                </td>
                <td>
                  <Duration value={each.from} />
                </td>
                <td>
                  <Duration value={each.to - each.from} />
                </td>
              </tr>
            )),
          )}
        </tbody>
      </table>
      <p className={css.note}>
        Of <Duration value={detail.responseTimeMs} /> in all, Claudeflare itself took{" "}
        <Duration value={detail.overheadMs} />
        {detail.queuedMs > 0 && (
          <>
            {" "}
            and the request waited <Duration value={detail.queuedMs} /> for an account
          </>
        )}
        .
      </p>
    </div>
  );
}
