// The newest requests as they end; where there is none, how to send the first.
import { Link, useLocation } from "wouter";
import { useRecentRequests } from "~/api/queries";
import { FirstRequest } from "~/components/FirstRequest";
import { ErrorState } from "~/components/Notice";
import { Panel } from "~/components/Panel";
import { RequestTable } from "~/components/RequestTable";

/** 15 rows and the head. */
const HEIGHT = "512px";

export function LiveRequests() {
  const requests = useRecentRequests();
  const [, navigate] = useLocation();
  return (
    <Panel title="Live requests" aside={<Link href="/requests">All requests</Link>} flush>
      {requests.isError && requests.data === undefined ? (
        <ErrorState error={requests.error} onRetry={() => void requests.refetch()} />
      ) : requests.data?.length === 0 ? (
        <FirstRequest />
      ) : (
        <RequestTable rows={requests.data} height={HEIGHT} live onOpen={(row) => navigate(`/requests/${row.id}`)} />
      )}
    </Panel>
  );
}
