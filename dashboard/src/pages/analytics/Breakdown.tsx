// What the figures consist of, by one thing: a table with a bar for each share of the cost or the requests.
import { Link } from "wouter";
import type { Schemas } from "~/api/client";
import { Count, Money, Percent, Tokens } from "~/components/Figure";
import { Panel } from "~/components/Panel";
import css from "./analytics.module.css";

type Figures = Schemas["Figures"];

export interface Part extends Figures {
  name: string;
  color: string;
  /** Where its requests are listed. */
  href: string | null;
}

interface BreakdownProps {
  title: string;
  noun: string;
  parts: readonly Part[];
  /** Only how many: failures have no cost, and their success is known. */
  counted?: boolean;
}

interface Column {
  header: string;
  cell: (part: Part) => React.ReactNode;
}

const COLUMNS: readonly Column[] = [
  { header: "Requests", cell: (part) => <Count value={part.requests} /> },
  { header: "Success", cell: (part) => <Percent value={part.successRate} /> },
  { header: "Tokens", cell: (part) => <Tokens value={part.totalTokens} /> },
  { header: "Cache", cell: (part) => <Percent value={part.cacheHitRate} /> },
  // What only failed requests without tokens have "cost" is no price.
  { header: "Cost", cell: (part) => <Money value={part.unpricedRequests > 0 ? part.costUsd || null : part.costUsd} /> },
];

function counts(parts: readonly Part[]): Column[] {
  const all = parts.reduce((sum, each) => sum + each.requests, 0);
  return [
    { header: "Requests", cell: (part) => <Count value={part.requests} /> },
    { header: "Share", cell: (part) => <Percent value={all > 0 ? part.requests / all : null} /> },
  ];
}

export function Breakdown({ title, noun, parts, counted = false }: BreakdownProps) {
  const priced = !counted && parts.some((each) => each.costUsd !== null);
  const measure = (part: Part) => (priced ? (part.costUsd ?? 0) : part.requests);
  const columns = counted ? counts(parts) : COLUMNS;
  const most = Math.max(0, ...parts.map(measure));
  const sorted = parts.toSorted((one, other) => measure(other) - measure(one));
  return (
    <Panel title={title} flush>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <div className={css.scroller} tabIndex={0} role="region" aria-label={`${title}: table`}>
        <table className={css.breakdown}>
          <thead>
            <tr>
              <th scope="col">{noun}</th>
              {columns.map(({ header }) => (
                <th key={header} scope="col">
                  {header}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.map((part) => (
              <tr key={part.name}>
                <th scope="row">
                  <span className={css.name} title={part.name}>
                    {part.href === null ? part.name : <Link href={part.href}>{part.name}</Link>}
                  </span>
                  <span
                    className={css.bar}
                    style={{ width: `${most > 0 ? (100 * measure(part)) / most : 0}%`, background: part.color }}
                  />
                </th>
                {columns.map(({ header, cell }) => (
                  <td key={header}>{cell(part)}</td>
                ))}
              </tr>
            ))}
            {sorted.length === 0 && (
              <tr>
                <td colSpan={columns.length + 1} className={css.nothing}>
                  Nothing in this range
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
