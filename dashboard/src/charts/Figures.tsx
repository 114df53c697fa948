// The table behind a chart: its figures, for who wants them or cannot see it.
import { useState } from "react";
import { count, text } from "~/format/number";
import { absolute, dateAndTime } from "~/format/time";
import type { TimeSeriesProps } from "./TimeSeries";
import css from "./TimeSeries.module.css";

export function Figures({ title, times, series, format = count, timeZone }: TimeSeriesProps) {
  const [open, setOpen] = useState(false);
  return (
    <details className={css.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Figures</summary>
      {open && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
        <div className={css.table} tabIndex={0} role="region" aria-label={`${title}: figures`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                {series.map((each) => (
                  <th key={each.label} scope="col">
                    {each.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times.map((time, index) => (
                <tr key={time}>
                  <th scope="row" title={absolute(time * 1000, timeZone)}>
                    {dateAndTime(time * 1000, Date.now(), timeZone)}
                  </th>
                  {series.map((each) => (
                    <td key={each.label}>{text(format((each.shown ?? each.values)[index] ?? null))}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
