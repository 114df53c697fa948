// Client keys: who may send requests here, how much, and what is left of it.
import { Button, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import "@mantine/core/styles/InlineInput.layer.css";
import "@mantine/core/styles/Switch.layer.css";
import { page, type Schemas } from "~/api/client";
import { CommandLine } from "~/components/CopyButton";
import { useHotkeys } from "~/components/hotkeys";
import { EmptyState, ErrorState, Skeleton } from "~/components/Notice";
import { PageBody, PageTitle } from "~/components/PageTitle";
import { Panel } from "~/components/Panel";
import { SidePanel } from "~/components/SidePanel";
import { KeyForm } from "./KeyForm";
import { KeyRow } from "./KeyRow";
import css from "./keys.module.css";
import { draftOf, emptyDraft, type Key } from "./limits";
import { KEYS, useChangeKey, useMakeKey, useRevokeKey } from "./mutations";
import { NewKey } from "./NewKey";

const REFRESH_MS = 10_000;
const MOST = 1000;

/** What stands in the side panel. */
type Open = { form: "new" } | { form: "limits"; key: Key } | { form: "made"; made: Schemas["MadeKey"] } | null;

export default function Keys() {
  const [revoked, setRevoked] = useState(false);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const keys = useQuery({
    queryKey: [...KEYS, { revoked }],
    queryFn: async ({ signal }) => (await page("/api/keys", { query: { limit: MOST, revoked }, signal })).items,
    refetchInterval: REFRESH_MS,
  });
  const revoke = useRevokeKey();
  useHotkeys({ n: () => setOpen({ form: "new" }) });
  const active = keys.data?.filter((each) => each.state === "active").length ?? 0;
  return (
    <PageBody>
      <PageTitle title="Keys" note="Who may send requests to this server, and how much each may spend.">
        <Switch label="Show revoked" checked={revoked} onChange={(event) => setRevoked(event.currentTarget.checked)} />
        <Button variant="filled" aria-keyshortcuts="n" onClick={() => setOpen({ form: "new" })}>
          New key
        </Button>
      </PageTitle>
      <Panel title="Client keys" flush>
        {keys.isError ? (
          <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />
        ) : keys.data === undefined ? (
          <div className={css.waiting}>
            <Skeleton height={44} />
            <Skeleton height={44} />
          </div>
        ) : keys.data.length === 0 ? (
          <NoKeys onNew={() => setOpen({ form: "new" })} />
        ) : (
          <ul>
            {keys.data.map((each) => (
              <KeyRow
                key={each.id}
                apiKey={each}
                onEdit={() => setOpen({ form: "limits", key: each })}
                onRevoke={() => void revoke(each, active === 1)}
              />
            ))}
          </ul>
        )}
      </Panel>
      <KeyPanel open={open} first={active === 0} onOpen={setOpen} onClose={close} />
    </PageBody>
  );
}

function NoKeys({ onNew }: { onNew: () => void }) {
  return (
    <EmptyState title="No client key yet">
      <p>Any client that reaches this server may use it. From the first key on, each has to present one.</p>
      <div className={css.ways}>
        <Button onClick={onNew}>Make the first key</Button>
        <span>or</span>
        <CommandLine>claudeflare keys add laptop</CommandLine>
      </div>
    </EmptyState>
  );
}

interface KeyPanelProps {
  open: Open;
  /** No key is active yet: the one made now closes the door to everybody else. */
  first: boolean;
  onOpen: (open: Open) => void;
  onClose: () => void;
}

function KeyPanel({ open, first, onOpen, onClose }: KeyPanelProps) {
  const make = useMakeKey((made) => onOpen({ form: "made", made }));
  const change = useChangeKey(onClose);
  const leave = () => {
    make.reset();
    change.reset();
    onClose();
  };
  return (
    <SidePanel title={titleOf(open)} open={open !== null} onClose={leave} width="min(520px, 100vw)">
      {open?.form === "new" && (
        <>
          {first && <p className={css.first}>From this key on, requests without a key are refused.</p>}
          <KeyForm
            draft={emptyDraft()}
            made={false}
            saving={make.isPending}
            problem={make.error?.message ?? null}
            onSave={(draft) => make.mutate(draft)}
            onCancel={leave}
          />
        </>
      )}
      {open?.form === "limits" && (
        <KeyForm
          draft={draftOf(open.key)}
          made
          saving={change.isPending}
          problem={change.error?.message ?? null}
          onSave={(draft) => change.mutate({ key: open.key, draft })}
          onCancel={leave}
        />
      )}
      {open?.form === "made" && <NewKey made={open.made} onDone={leave} />}
    </SidePanel>
  );
}

function titleOf(open: Open): string {
  if (open?.form === "limits") return `Limits of ${open.key.name}`;
  return open?.form === "made" ? `${open.made.name} is ready` : "New client key";
}
