// What a request cost, kind by kind, and what the cache saved.
import { useQuery } from "@tanstack/react-query";
import { api, type Schemas } from "~/api/client";
import { Count, Money } from "~/components/Figure";
import { EmptyState, ErrorState, Skeleton } from "~/components/Notice";
import css from "./Cost.module.css";

const KINDS: Record<string, string> = {
  input: "Input, not cached",
  cache_read: "Cache read",
  cache_write_5m: "Cache write, 5 min",
  cache_write_1h: "Cache write, 1 h",
  output: "Output",
  web_searches: "Web searches",
};

/** Where it was computed, where that has its price. */
const PLACES: Record<string, string> = { us: "in the United States" };

export function Cost({ detail }: { detail: Schemas["RequestDetail"] }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["requests", "cost", detail.id],
    queryFn: ({ signal }) => api.get("/api/requests/{request_id}/cost", { path: { request_id: detail.id }, signal }),
  });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={200} />;
  if (data.parts.length === 0) {
    const free = data.costUsd === 0;
    return (
      <EmptyState title={free ? "This cost nothing" : "The cost is unknown"}>
        {free ? "Nothing is billed for a request like this one." : "The answer did not say how many tokens it used."}
      </EmptyState>
    );
  }
  return (
    <div className={css.cost}>
      {data.parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts never move
        <PartTable key={index} part={part} />
      ))}
      <dl className={css.sums}>
        <div>
          <dt>Total</dt>
          <dd>{data.costUsd === null ? "unknown" : <Money value={data.costUsd} />}</dd>
        </div>
        <div>
          <dt>{(data.cacheSavedUsd ?? 0) < 0 ? "Writing the cache cost extra" : "Saved by the cache"}</dt>
          <dd>{data.cacheSavedUsd === null ? "–" : <Money value={Math.abs(data.cacheSavedUsd)} />}</dd>
        </div>
      </dl>
      <p className={css.note}>
        List prices of the request's day, by {data.listedVersion}.
        {data.costUsd === null && ` The price of ${data.parts.map((each) => each.model).join(", ")} is not known.`}
        {detail.usageEstimated && " The stream ended early: its tokens are counted from what arrived."}
        {detail.attempts.some((each) => each.maybeBilled && each.outcome !== "served") &&
          " An earlier attempt may have been billed as well; no answer tells how much."}
      </p>
    </div>
  );
}

function PartTable({ part }: { part: Schemas["CostPartResource"] }) {
  const conditions = [part.fast && "fast mode", part.batch && "batch", PLACES[part.inferenceGeo ?? ""]]
    .filter(Boolean)
    .join(", ");
  return (
    <table className={css.table}>
      <caption>
        {part.model}
        {conditions && ` (${conditions})`}
      </caption>
      <thead>
        <tr>
          <th scope="col">Kind</th>
          <th scope="col">Count</th>
          <th scope="col">Price</th>
          <th scope="col">Cost</th>
        </tr>
      </thead>
      <tbody>
        {part.lines.map((line) => (
          <tr key={line.kind}>
            <th scope="row">{KINDS[line.kind] ?? line.kind}</th>
            <td>
              <Count value={line.count} />
            </td>
            <td>
              {line.unitPrice === null ? (
                "unknown"
              ) : (
                <>
                  <Money value={line.unitPrice} />
                  <small>{line.kind === "web_searches" ? " / 1000" : " / M"}</small>
                </>
              )}
            </td>
            <td>{line.costUsd === null ? "unknown" : <Money value={line.costUsd} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
