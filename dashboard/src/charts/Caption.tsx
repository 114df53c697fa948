// The line above a chart: what is drawn, and its values.
import { count, text } from "~/format/number";
import { pointTime } from "./axes";
import type { TimeSeriesProps } from "./TimeSeries";
import css from "./TimeSeries.module.css";

/** What is drawn, and its values where the pointer is; the latest where it is nowhere. */
export function Caption(props: TimeSeriesProps & { id: string; cursor: number | null }) {
  const { id, title, heading = false, note, times, series, format = count, timeZone, cursor } = props;
  // While fewer points come, the pointer may still be beyond them.
  const at = cursor !== null && cursor < times.length ? cursor : times.length - 1;
  const when = times[at];
  const apart = (times[1] ?? 0) - (times[0] ?? 0);
  const Title = heading ? "h2" : "span";
  return (
    <figcaption className={css.caption} data-heading={heading}>
      <Title id={id} className={css.title}>
        {title}
      </Title>
      {note && <span className={css.note}>{note}</span>}
      <ul className={css.values}>
        {series.map((each) => (
          <li key={each.label}>
            <span className={css.swatch} style={{ background: each.color ?? "var(--accent)" }} />
            {each.label} <strong>{text(format((each.shown ?? each.values)[at] ?? null))}</strong>
          </li>
        ))}
      </ul>
      <span className={css.when}>
        {when === undefined ? "" : cursor === null ? "latest" : pointTime(when, apart, Date.now() / 1000, timeZone)}
      </span>
    </figcaption>
  );
}
