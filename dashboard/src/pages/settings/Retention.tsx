// How long and how much is kept, what that takes, and the work that makes room at once.
import { Button, NumberInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/NumberInput.layer.css";
import { api, type Schemas } from "~/api/client";
import { useConfirm } from "~/components/Confirm";
import { Bytes, Count } from "~/components/Figure";
import { ErrorState, Skeleton } from "~/components/Notice";
import { Panel } from "~/components/Panel";
import { toast } from "~/components/Toast";
import { bytes, count, text } from "~/format/number";
import { useLongWork } from "./maintenance";
import css from "./settings.module.css";

type Kept = Schemas["RetentionResource"];

const RETENTION = ["configuration", "retention"];
const GIB = 1024 ** 3;

export function Retention() {
  const kept = useQuery({ queryKey: RETENTION, queryFn: ({ signal }) => api.get("/api/config/retention", { signal }) });
  return (
    <Panel
      title="What is kept"
      note="Older records and bodies go within the hour, in small steps. Figures in Analytics stay."
    >
      {kept.isError ? (
        <ErrorState error={kept.error} onRetry={() => void kept.refetch()} />
      ) : kept.data === undefined ? (
        <Skeleton height={120} />
      ) : (
        <>
          <Limits key={JSON.stringify(kept.data)} kept={kept.data} />
          <Work />
        </>
      )}
    </Panel>
  );
}

function Limits({ kept }: { kept: Kept }) {
  const client = useQueryClient();
  const [payloadDays, setPayloadDays] = useState<number | string>(kept.payloadDays);
  const [requestDays, setRequestDays] = useState<number | string>(kept.requestDays);
  const [gib, setGib] = useState<number | string>(kept.payloadMaxBytes / GIB);
  const save = useMutation({
    mutationFn: () =>
      api.post("/api/config/retention", {
        body: {
          payloadDays: Number(payloadDays),
          requestDays: Number(requestDays),
          payloadMaxBytes: Math.round(Number(gib) * GIB),
        },
      }),
    onSuccess: (now) => {
      client.setQueryData(RETENTION, now);
      toast.done("The new limits are in force.");
    },
    onError: toast.failed,
  });
  const changed =
    payloadDays !== kept.payloadDays || requestDays !== kept.requestDays || gib !== kept.payloadMaxBytes / GIB;
  return (
    <form
      className={css.limits}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <NumberInput
        label="Request records, days"
        value={requestDays}
        onChange={setRequestDays}
        min={1}
        allowDecimal={false}
        required
        withAsterisk={false}
      />
      <NumberInput
        label="Bodies, days"
        value={payloadDays}
        onChange={setPayloadDays}
        min={0}
        allowDecimal={false}
        required
        withAsterisk={false}
      />
      <NumberInput
        label="Bodies, GiB on disk"
        value={gib}
        onChange={setGib}
        min={0}
        decimalScale={2}
        required
        withAsterisk={false}
      />
      <Button type="submit" variant="filled" disabled={!changed} loading={save.isPending}>
        Save
      </Button>
      <p className={css.stored}>
        <Count value={kept.payloads} noun="bodies" /> of <Bytes value={kept.payloadBytes} />, stored in{" "}
        <Bytes value={kept.payloadStoredBytes} />: what they share is stored once.
      </p>
    </form>
  );
}

function Work() {
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
