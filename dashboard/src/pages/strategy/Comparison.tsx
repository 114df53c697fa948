// What the simulation found: the strategy in force beside the others, measure by measure.
import { Figure } from "~/components/Figure";
import { StateShape } from "~/components/StateBadge";
import css from "./Comparison.module.css";
import { MEASURES, type Measure, type Strategy, summary, verdict } from "./comparison";
import type { Simulated } from "./simulation";

const SHAPES = { better: "ok", worse: "near" } as const;

export function Comparison({ result, wanted }: { result: Simulated; wanted: string }) {
  const current = result.strategies[0];
  const candidate = result.strategies.find((each) => each.strategy === wanted);
  if (!current || !candidate) return null;
  return (
    <>
      <p className={css.summary}>{summary(candidate, current)}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <section className={css.scroller} tabIndex={0} aria-label="Comparison of strategies">
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{`${result.requests.toLocaleString("en-US")} requests replayed`}</th>
              {result.strategies.map((each, index) => (
                <th key={each.strategy} scope="col" data-wanted={each.strategy === wanted}>
                  {each.strategy}
                  {index === 0 && <span className={css.now}> now</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {MEASURES.map((measure) => (
              <Row
                key={measure.id}
                measure={measure}
                strategies={result.strategies}
                current={current}
                wanted={wanted}
              />
            ))}
          </tbody>
        </table>
      </section>
      <details className={css.assumed}>
        <summary>What this rests on</summary>
        <ul>
          {result.assumed.map((each) => (
            <li key={each}>{each}</li>
          ))}
          {result.leftOut > 0 && <li>{`${result.leftOut.toLocaleString("en-US")} records cannot be replayed.`}</li>}
        </ul>
      </details>
    </>
  );
}

interface RowProps {
  measure: Measure;
  strategies: readonly Strategy[];
  current: Strategy;
  wanted: string;
}

function Row({ measure, strategies, current, wanted }: RowProps) {
  return (
    <tr>
      <th scope="row" title={measure.meaning}>
        {measure.label}
      </th>
      {strategies.map((each) => {
        const word = each === current ? "same" : verdict(measure, each, current);
        return (
          <td key={each.strategy} data-wanted={each.strategy === wanted}>
            <Figure quantity={measure.shown(measure.value(each))} />
            {(word === "better" || word === "worse") && (
              <span className={css.verdict} data-state={SHAPES[word]}>
                <StateShape state={SHAPES[word]} size={8} />
                {word}
              </span>
            )}
          </td>
        );
      })}
    </tr>
  );
}
