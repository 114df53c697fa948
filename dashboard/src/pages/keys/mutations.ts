// What changes keys.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, type Schemas } from "~/api/client";
import { useConfirm } from "~/components/Confirm";
import { toast } from "~/components/Toast";
import { changesOf, type Draft, type Key, limitsOf } from "./limits";

export const KEYS = ["keys"];

function useChanged(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: KEYS });
}

export function useMakeKey(onMade: (made: Schemas["MadeKey"]) => void) {
  const changed = useChanged();
  return useMutation({
    mutationFn: (draft: Draft) => api.post("/api/keys", { body: { name: draft.name.trim(), ...limitsOf(draft) } }),
    onSuccess: (made) => {
      changed();
      onMade(made);
    },
  });
}

export function useChangeKey(onDone: () => void) {
  const changed = useChanged();
  return useMutation({
    mutationFn: ({ key, draft }: { key: Key; draft: Draft }) =>
      api.patch("/api/keys/{key}", { path: { key: key.id }, body: changesOf(draft, key) }),
    onSuccess: ({ name }) => {
      changed();
      toast.done(`The limits of ${name} are in force.`);
      onDone();
    },
  });
}

export function useRevokeKey() {
  const changed = useChanged();
  const confirm = useConfirm();
  const { mutate } = useMutation({
    mutationFn: (key: Key) => api.delete("/api/keys/{key}", { path: { key: key.id } }),
    onSuccess: ({ name }) => {
      changed();
      toast.done(`${name} opens nothing any more.`);
    },
    onError: toast.failed,
  });
  return async (key: Key, last: boolean) => {
    const yes = await confirm({
      title: `Revoke ${key.name}?`,
      body: last
        ? "Clients that use it are refused from now on. It is the last key: on this machine's loopback address, requests without a key are let in again."
        : "Clients that use it are refused from now on. Requests that run go on, and what is on record of it stays.",
      action: "Revoke key",
      typed: key.name,
    });
    if (yes) mutate(key);
  };
}
