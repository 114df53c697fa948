// What the provider's published terms say about subscriptions; has to be read before one is added.
import { Checkbox } from "@mantine/core";
import "@mantine/core/styles/Checkbox.layer.css";
import "@mantine/core/styles/InlineInput.layer.css";
import { useQuery } from "@tanstack/react-query";
import { api } from "~/api/client";
import { ErrorState, Skeleton } from "~/components/Notice";
import { absolute, moment } from "~/format/time";
import css from "./add.module.css";

export function Terms({ accepted, onAccept }: { accepted: boolean; onAccept: (accepted: boolean) => void }) {
  const terms = useQuery({
    queryKey: ["oauth", "terms"],
    queryFn: ({ signal }) => api.get("/api/oauth/terms", { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (terms.isError) return <ErrorState error={terms.error} onRetry={() => void terms.refetch()} />;
  if (terms.data === undefined) return <Skeleton height={220} />;
  const { title, asOf, points, readMore, acceptedAt } = terms.data;
  const before = moment(acceptedAt);
  return (
    <section className={css.terms} aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
      <p className={css.text}>
        {`As read on ${asOf}. What counts is the provider's text: `}
        {readMore.map((address, index) => (
          <span key={address}>
            {index > 0 && " and "}
            <a href={address} target="_blank" rel="noreferrer">
              {new URL(address).host + new URL(address).pathname}
            </a>
          </span>
        ))}
      </p>
      <Checkbox
        label="I have read this and want to go on"
        description={before === null ? undefined : `Accepted before, at ${absolute(before)}.`}
        checked={accepted}
        onChange={(event) => onAccept(event.currentTarget.checked)}
      />
    </section>
  );
}
