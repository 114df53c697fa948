// The keys that seal accounts' secrets on disk: which there are, and a new one. Keys themselves are never shown.
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, type Schemas } from "~/api/client";
import { useConfirm } from "~/components/Confirm";
import { Count } from "~/components/Figure";
import { ErrorState, Skeleton } from "~/components/Notice";
import { Panel } from "~/components/Panel";
import { StateBadge } from "~/components/StateBadge";
import { toast } from "~/components/Toast";
import { forgottenWords, rotatedWords, sealingState } from "./sealing";
import css from "./settings.module.css";

const SECRETS = ["secrets"];

export function SealingKeys() {
  const keys = useQuery({ queryKey: SECRETS, queryFn: ({ signal }) => api.get("/api/secrets", { signal }) });
  return (
    <Panel
      title="Sealing keys"
      note={
        keys.data ? `They seal accounts' secrets, and are kept in ${keys.data.place}` : "They seal accounts' secrets."
      }
      flush
    >
      {keys.isError ? (
        <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />
      ) : keys.data === undefined ? (
        <div className={css.waiting}>
          <Skeleton height={40} />
        </div>
      ) : (
        <>
          <ul>
            {keys.data.keys.map((each) => (
              <SealingKey key={each.id} sealing={each} />
            ))}
          </ul>
          <Actions spare={keys.data.keys.some((each) => !each.current && each.present && each.secrets === 0)} />
        </>
      )}
    </Panel>
  );
}

function SealingKey({ sealing }: { sealing: Schemas["SealingKeyResource"] }) {
  const { state, words } = sealingState(sealing);
  return (
    <li className={css.row}>
      <div className={css.what}>
        <code>{sealing.id}</code>
        <span className={css.small}>
          <Count value={sealing.secrets} noun={sealing.secrets === 1 ? "secret" : "secrets"} /> sealed with it
        </span>
      </div>
      <StateBadge state={state}>{words}</StateBadge>
    </li>
  );
}

function Actions({ spare }: { spare: boolean }) {
  const client = useQueryClient();
  const confirm = useConfirm();
  const settled = { onSettled: () => client.invalidateQueries({ queryKey: SECRETS }), onError: toast.failed };
  const rotate = useMutation({
    mutationFn: () => api.post("/api/secrets/rotate"),
    onSuccess: (done) => toast.done(rotatedWords(done)),
    ...settled,
  });
  const forget = useMutation({
    mutationFn: () => api.post("/api/secrets/forget"),
    onSuccess: (done) => toast.done(forgottenWords(done)),
    ...settled,
  });
  const askToForget = async () => {
    const yes = await confirm({
      title: "Forget the unused keys?",
      body: "Nothing here is sealed with them any more, but older backups are: their secrets cannot be opened after this.",
      action: "Forget keys",
    });
    if (yes) forget.mutate();
  };
  return (
    <div className={css.keyActions}>
      <Button onClick={() => rotate.mutate()} loading={rotate.isPending}>
        Seal with a new key
      </Button>
      {spare && (
        <Button color="red" variant="subtle" onClick={() => void askToForget()} loading={forget.isPending}>
          Forget unused keys
        </Button>
      )}
    </div>
  );
}
