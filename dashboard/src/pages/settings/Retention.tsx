// How long and how much is kept, and what that takes.
import { Button, NumberInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/NumberInput.layer.css";
import { api, type Schemas } from "~/api/client";
import { Bytes, Count } from "~/components/Figure";
import { ErrorState, Skeleton } from "~/components/Notice";
import { Panel } from "~/components/Panel";
import { toast } from "~/components/Toast";
import { RoomWork } from "./RoomWork";
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
          <RoomWork />
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
