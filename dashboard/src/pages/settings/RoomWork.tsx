// Work that makes room at once: deleting what is past its time, giving space back, clearing the history.
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { api, type Schemas } from "~/api/client";
import { useConfirm } from "~/components/Confirm";
import { bytes, count, text } from "~/format/number";
import { useLongWork } from "./maintenance";
import css from "./settings.module.css";

export function RoomWork() {
  const client = useQueryClient();
  const confirm = useConfirm();
  const refresh = () => void client.invalidateQueries();
  const cleanUp = useLongWork(
    () => api.post("/api/maintenance/cleanup"),
    (part) => part.deletedRequests + part.deletedPayloads,
    (total) => (total > 0 ? `${text(count(total))} records and bodies are deleted.` : "Nothing was past its time."),
    refresh,
  );
  const compact = useLongWork(
    () => api.post("/api/maintenance/compact"),
    (part) => part.freedBytes,
    (total) => (total > 0 ? `${text(bytes(total))} are given back to the disk.` : "There was nothing to give back."),
    refresh,
  );
  const clear = useLongWork(
    (last: Schemas["HistoryCleared"] | undefined) =>
      api.post("/api/maintenance/clear-history", { body: { before: last?.before ?? null } }),
    (part) => part.deleted,
    (total) => `${text(count(total))} records are deleted.`,
    refresh,
  );
  const askToClear = async () => {
    const yes = await confirm({
      title: "Clear the history?",
      body: "Every request record and body until now is deleted for good. Accounts, keys and settings stay.",
      action: "Clear history",
      typed: "clear history",
    });
    if (yes) clear.start();
  };
  return (
    <div className={css.work}>
      <Button onClick={cleanUp.start} loading={cleanUp.running}>
        Delete now what is past its time
      </Button>
      <Button onClick={compact.start} loading={compact.running}>
        Give free space back
      </Button>
      <Button color="red" variant="subtle" onClick={() => void askToClear()} loading={clear.running}>
        Clear the history
      </Button>
      <span role="status" className={css.progress}>
        {cleanUp.running && `${text(count(cleanUp.total))} deleted so far`}
        {compact.running && `${text(bytes(compact.total))} given back so far`}
        {clear.running && `${text(count(clear.total))} deleted so far`}
      </span>
    </div>
  );
}
