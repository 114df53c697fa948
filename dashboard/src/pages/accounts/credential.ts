// How an account's credential stands, in a sentence. Pure.
import type { Schemas } from "~/api/client";
import type { State } from "~/components/StateBadge";
import { moment, relative } from "~/format/time";

type Account = Schemas["AccountResource"];

export interface CredentialStanding {
  state: State;
  word: string;
  /** What follows from it; empty: nothing. */
  text: string;
}

const WHAT: Record<string, string> = {
  "api-key": "API key",
  console: "API key of the Console",
  max: "Sign-in to a plan",
  token: "Token",
  profile: "Profile",
  wif: "Workload identity",
};

/** What the mode's credential is called. */
export const credentialName = (mode: string): string => WHAT[mode] ?? mode;

export function credentialStanding(account: Account, now: number): CredentialStanding {
  const { tokenStatus: status, needsLogin, tokenTrouble } = account;
  if (needsLogin)
    return { state: "limited", word: "needs login", text: "It cannot be renewed any more: log in again." };
  if (status === "refused") {
    return { state: "limited", word: "refused", text: "The API does not take it: give another." };
  }
  if (status === "missing") {
    return { state: "limited", word: "missing", text: "There is no credential that can be used: give it one." };
  }
  if (tokenTrouble) {
    return { state: "near", word: status, text: `Could not be renewed just now; it is tried again. ${tokenTrouble}` };
  }
  if (status === "expired") {
    const text = account.tokenRenewed ? "It is renewed before its next use." : `${keeper(account.mode)}.`;
    return { state: account.tokenRenewed ? "near" : "limited", word: status, text };
  }
  return { state: "ok", word: status, text: validity(account, now) };
}

function validity(account: Account, now: number): string {
  const ends = moment(account.tokenExpires);
  if (account.tokenRenewed === null) return "It does not end by itself.";
  const end = ends === null ? "" : `Ends ${relative(ends, now)}`;
  if (account.tokenRenewed) return end ? `${end} and is renewed before.` : "Renewed here when it is due.";
  return end ? `${end}. ${keeper(account.mode)}.` : `${keeper(account.mode)}.`;
}

function keeper(mode: string): string {
  return mode === "profile" ? "The program that owns the profile renews it" : "Nobody renews it";
}
