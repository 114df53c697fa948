// Why there are no bodies of a request, and what still can be seen.
import { Link } from "wouter";
import { ApiError, type Schemas } from "~/api/client";
import { EmptyState, ErrorState } from "~/components/Notice";

interface NotRecordedProps {
  error: unknown;
  detail: Schemas["RequestDetail"];
  onRetry: () => void;
}

export function NotRecorded({ error, detail, onRetry }: NotRecordedProps) {
  if (!(error instanceof ApiError) || error.status !== 404) return <ErrorState error={error} onRetry={onRetry} />;
  const body = detail.attempts.findLast((each) => each.errorBody)?.errorBody;
  return (
    <EmptyState title="Nothing was kept of what was said">
      <p>{error.message}</p>
      {body && <pre style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{body}</pre>}
      <p>
        <Link href="/settings">Settings</Link> say for how long bodies are kept. Timing, decision and cost are here.
      </p>
    </EmptyState>
  );
}
