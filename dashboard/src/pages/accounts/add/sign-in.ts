// The calls that add an account, sign in to it, or give it another credential.
import { useMutation } from "@tanstack/react-query";
import { api, type Schemas } from "~/api/client";
import { type Account, useStored } from "../mutations";
import { type AccountDraft, accountToAdd, type CredentialDraft, credentialOf, modeOf } from "./kinds";

type Begin = Pick<Schemas["SignInToBegin"], "name"> & Partial<Schemas["SignInToBegin"]>;
interface Given {
  credential: CredentialDraft;
  acceptTerms: boolean;
}

export function useAddAccount(draft: AccountDraft, onDone: (account: Account) => void) {
  const stored = useStored();
  return useMutation({
    mutationFn: ({ credential, acceptTerms }: Given) =>
      api.post("/api/accounts", { body: accountToAdd(draft, credential, acceptTerms) as Schemas["AccountToAdd"] }),
    onSuccess: (account) => {
      stored(account);
      onDone(account);
    },
    gcTime: 0,
  });
}

export function useGiveCredential(account: Account, onDone: (account: Account) => void) {
  const stored = useStored();
  return useMutation({
    mutationFn: ({ credential, acceptTerms }: Given) =>
      api.post("/api/accounts/{account}/login", {
        path: { account: account.id },
        body: { ...credentialOf(modeOf(account.mode), credential), acceptTerms },
      }),
    onSuccess: (changed) => {
      stored(changed);
      onDone(changed);
    },
    gcTime: 0,
  });
}

export const useBeginSignIn = (account: Begin) =>
  useMutation({
    mutationFn: (acceptTerms: boolean) =>
      api.post("/api/oauth/init", { body: { ...account, acceptTerms } as Schemas["SignInToBegin"] }),
  });

export function useFinishSignIn(onDone: (account: Account) => void) {
  const stored = useStored();
  return useMutation({
    mutationFn: (body: { sessionId: string; code: string }) => api.post("/api/oauth/callback", { body }),
    onSuccess: (account) => {
      stored(account);
      onDone(account);
    },
    gcTime: 0,
  });
}
