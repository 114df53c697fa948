// Who is signed in, and the token that opens everything.
import { Button } from "@mantine/core";
import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, type Schemas } from "~/api/client";
import { signIn } from "~/api/session";
import { useConfirm } from "~/components/Confirm";
import { CommandLine } from "~/components/CopyButton";
import { ErrorState, Skeleton } from "~/components/Notice";
import { Panel } from "~/components/Panel";
import { TimeAgo } from "~/components/TimeAgo";
import { toast } from "~/components/Toast";
import { agentWords } from "./agents";
import css from "./settings.module.css";

const SESSIONS = ["sessions"];
const SESSION = ["session"];
const NEW_TOKEN = ["token", "new"];

export function Access() {
  const own = useQuery({ queryKey: SESSION, queryFn: ({ signal }) => api.get("/api/session", { signal }) });
  const sessions = useQuery({ queryKey: SESSIONS, queryFn: ({ signal }) => api.get("/api/sessions", { signal }) });
  return (
    <Panel title="Access" note="Browsers that are signed in to this server." aside={<Rotation />} flush>
      <NewToken />
      {sessions.isError ? (
        <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />
      ) : sessions.data === undefined ? (
        <div className={css.waiting}>
          <Skeleton height={40} />
        </div>
      ) : (
        <ul>
          {sessions.data.map((each) => (
            <Session key={each.id} session={each} own={each.id === own.data?.id} />
          ))}
          {sessions.data.length === 0 && <li className={css.row}>No browser is signed in.</li>}
        </ul>
      )}
    </Panel>
  );
}

function Session({ session, own }: { session: Schemas["SessionResource"]; own: boolean }) {
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => api.delete("/api/sessions/{session}", { path: { session: session.id ?? "" } }),
    onSuccess: () => client.invalidateQueries({ queryKey: SESSIONS }),
    onError: toast.failed,
  });
  const words = agentWords(session.userAgent);
  return (
    <li className={css.row}>
      <div className={css.what}>
        <span title={session.userAgent ?? undefined}>
          {words}
          {own && <span className={css.own}> this browser</span>}
        </span>
        <span className={css.small}>
          {session.address && `${session.address} · `}
          signed in <TimeAgo at={session.created} /> · used <TimeAgo at={session.lastUsed} />
        </span>
      </div>
      {!own && (
        <Button onClick={() => end.mutate()} loading={end.isPending} aria-label={`Sign out ${words}`}>
          Sign out
        </Button>
      )}
    </li>
  );
}

function Rotation() {
  const client = useQueryClient();
  const confirm = useConfirm();
  const rotate = useMutation({
    mutationFn: async () => {
      const made = await api.post("/api/token/rotate");
      client.setQueryData(NEW_TOKEN, made.token);
      await signIn({ token: made.token });
    },
    // Both: this browser has another session now.
    onSettled: () => {
      void client.invalidateQueries({ queryKey: SESSION });
      void client.invalidateQueries({ queryKey: SESSIONS });
    },
    onError: toast.failed,
  });
  const ask = async () => {
    const yes = await confirm({
      title: "Rotate the control token?",
      body: "The old token opens nothing any more, and every other browser is signed out. The new one is shown here, once.",
      action: "Rotate token",
    });
    if (yes) rotate.mutate();
  };
  return (
    <Button onClick={() => void ask()} loading={rotate.isPending}>
      Rotate the control token
    </Button>
  );
}

function NewToken() {
  const client = useQueryClient();
  // In the cache, not in this component: a request on its way may be refused meanwhile, and the page drawn anew.
  const token = useQuery<string | null>({ queryKey: NEW_TOKEN, queryFn: skipToken }).data;
  if (!token) return null;
  return (
    <div className={css.token} role="status">
      <span>
        <strong>The new control token.</strong> It is shown this once; the file in the data directory has it as well.
      </span>
      <div>
        <CommandLine>{token}</CommandLine>
        <Button onClick={() => client.setQueryData(NEW_TOKEN, null)}>Done</Button>
      </div>
    </div>
  );
}
