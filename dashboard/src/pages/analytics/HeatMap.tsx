// When it is busy: requests by weekday and hour.
import { count, text } from "~/format/number";
import css from "./HeatMap.module.css";
import { heat } from "./series";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const LABELED_HOURS = 6;

const shade = (share: number) =>
  share > 0 ? { background: `color-mix(in oklch, var(--accent) ${Math.round(10 + 90 * share)}%, var(--bg-2))` } : {};

function busiest(map: readonly (readonly number[])[], most: number): string {
  const day = map.findIndex((hours) => hours.includes(most));
  return `Busiest: ${DAYS[day]} at ${map[day]?.indexOf(most)}:00 with ${text(count(most, "requests"))}`;
}

export function HeatMap({ map }: { map: readonly (readonly number[])[] }) {
  const shares = heat(map);
  if (shares === null) return <p className={css.nothing}>Nothing in this range</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <div className={css.scroller} tabIndex={0} role="region" aria-label="Requests by weekday and hour">
      <table className={css.map}>
        <thead>
          <tr>
            <td />
            {Array.from({ length: 24 }, (_, hour) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: hours are their index
              <th key={hour} scope="col">
                <span className={hour % LABELED_HOURS === 0 ? undefined : "visually-hidden"}>{hour}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {map.map((hours, day) => (
            <tr key={DAYS[day]}>
              <th scope="row">{DAYS[day]}</th>
              {hours.map((requests, hour) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: hours are their index
                <td key={hour} title={`${DAYS[day]} ${hour}:00, ${text(count(requests))} requests`}>
                  <span className={css.cell} style={shade(shares.rows[day]?.[hour] ?? 0)} />
                  <span className="visually-hidden">{requests}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <caption>{busiest(map, shares.most)}</caption>
      </table>
    </div>
  );
}
