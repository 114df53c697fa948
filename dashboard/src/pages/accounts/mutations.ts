// What changes accounts.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { api, type Schemas } from "~/api/client";
import { keys } from "~/api/queries";
import { useConfirm } from "~/components/Confirm";
import { toast } from "~/components/Toast";

export type Account = Schemas["AccountResource"];
type Action = "pause" | "resume" | "clear-limit" | "refresh";

const DONE: Record<Action, (name: string) => string> = {
  pause: (name) => `Paused ${name}: it gets no further requests, those that run go on.`,
  resume: (name) => `${name} is in use again.`,
  "clear-limit": (name) => `Forgot what was known of the limits of ${name}.`,
  refresh: (name) => `Renewed the token of ${name}.`,
};

/** Puts the account as the API answered it in its place; the rest is fetched again. */
export function useStored(): (account: Account) => void {
  const client = useQueryClient();
  return (account) => {
    client.setQueryData<Account[]>(keys.accounts, (known) =>
      known?.some((each) => each.id === account.id)
        ? known.map((each) => (each.id === account.id ? account : each))
        : known && [account, ...known],
    );
    void client.invalidateQueries({ queryKey: keys.accounts });
  };
}

/** `run("pause")`; says how it went. */
export function useAction(account: Account) {
  const stored = useStored();
  return useMutation({
    mutationFn: (action: Action) =>
      api.post(`/api/accounts/{account}/${action}` as const, { path: { account: account.id } }),
    onSuccess: (answer, action) => {
      stored(answer);
      toast.done(DONE[action](answer.name));
    },
    onError: toast.failed,
  });
}

export function useChangeAccount(account: Account) {
  const stored = useStored();
  return useMutation({
    mutationFn: (body: Schemas["AccountChange"]) =>
      api.patch("/api/accounts/{account}", { path: { account: account.id }, body }),
    onSuccess: (answer) => {
      stored(answer);
      toast.done(`Saved ${answer.name}.`);
    },
  });
}

/** Asks first, by name; leads back to the list. */
export function useRemoveAccount(account: Account): () => Promise<void> {
  const client = useQueryClient();
  const confirm = useConfirm();
  const [, navigate] = useLocation();
  const removal = useMutation({
    mutationFn: () =>
      api.delete("/api/accounts/{account}", { path: { account: account.id }, body: { confirm: account.name } }),
    onSuccess: () => {
      client.setQueryData<Account[]>(keys.accounts, (known) => known?.filter((each) => each.id !== account.id));
      toast.done(`Removed ${account.name}.`);
      navigate("/accounts");
    },
    onError: toast.failed,
  });
  return async () => {
    const yes = await confirm({
      title: `Remove ${account.name}?`,
      body: "Its credential is deleted for good and it gets no further requests. What is on record of it stays.",
      action: "Remove account",
      typed: account.name,
    });
    if (yes) removal.mutate();
  };
}
