// Why a request went where it went: each question to the policy, who was considered, and what came of it.
import { useQuery } from "@tanstack/react-query";
import { api, type Schemas } from "~/api/client";
import { AccountName } from "~/components/AccountName";
import { EmptyState, ErrorState, Skeleton } from "~/components/Notice";
import { StateBadge } from "~/components/StateBadge";
import { TimeAgo } from "~/components/TimeAgo";
import { POLICIES } from "~/pages/strategy/policies";
import css from "./Decision.module.css";

type Pick = Schemas["PickResource"];

export function Decision({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["requests", "explain", id],
    queryFn: ({ signal }) => api.get("/api/requests/{request_id}/explain", { path: { request_id: id }, signal }),
  });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={200} />;
  const policy = POLICIES.find((each) => each.name === data.policy);
  if (data.steps.length === 0) {
    return (
      <EmptyState title="No account was asked for">
        {data.errorMessage ?? "Claudeflare answered this request by itself."}
      </EmptyState>
    );
  }
  return (
    <div className={css.decision}>
      {data.policy && (
        <p className={css.policy}>
          <strong>{data.policy}</strong>
          {policy ? `: ${policy.does}` : ""}
        </p>
      )}
      <ol className={css.steps}>
        {data.steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps never move
          <li key={index}>
            {step.pick ? <PickStep pick={step.pick} /> : <AttemptStep attempt={step.attempt} text={step.text} />}
          </li>
        ))}
      </ol>
    </div>
  );
}

function PickStep({ pick }: { pick: Pick }) {
  return (
    <>
      <h3 className={css.why}>{pick.why}</h3>
      {pick.candidates.length > 0 && (
        <table className={css.candidates}>
          <caption className="visually-hidden">Accounts that were considered</caption>
          <thead>
            <tr>
              <th scope="col">Account</th>
              <th scope="col">Score</th>
              <th scope="col">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {pick.candidates.map((each) => (
              <tr key={each.account} data-chosen={each.chosen}>
                <th scope="row">
                  <AccountName name={each.account} />
                </th>
                <td title={each.score === null ? "not scored" : String(each.score)}>
                  {each.score?.toPrecision(3) ?? "–"}
                </td>
                <td>
                  <Verdict candidate={each} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Verdict({ candidate }: { candidate: Pick["candidates"][number] }) {
  if (candidate.chosen) return <StateBadge state="ok">chosen</StateBadge>;
  if (candidate.out === null) return <span className={css.quiet}>available</span>;
  return (
    <>
      <StateBadge state="near">{candidate.out}</StateBadge>
      {candidate.until && (
        <span className={css.quiet}>
          {" until "}
          <TimeAgo at={candidate.until} />
        </span>
      )}
    </>
  );
}

function AttemptStep({ attempt, text }: { attempt: Schemas["AttemptResource"] | null; text: string }) {
  const served = attempt?.outcome === "served";
  return (
    <div className={css.attempt}>
      <StateBadge state={served ? "ok" : "limited"}>{served ? "served" : "failed"}</StateBadge>
      <span>{text}</span>
      {attempt?.errorBody && <pre>{attempt.errorBody}</pre>}
    </div>
  );
}
