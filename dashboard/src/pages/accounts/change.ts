// The form of an account's settings: what it shows, and what of it changed. Pure.
import type { Schemas } from "~/api/client";

type Account = Schemas["AccountResource"];

export interface Draft {
  name: string;
  tier: string;
  priority: number;
  /** Per cent; empty: as the server's setting. */
  reserve: number | "";
  /** `server`, `yes` or `no`. */
  extraUsage: string;
  /** Empty: the server's. */
  baseUrl: string;
}

export function draftOf(account: Account): Draft {
  return {
    name: account.name,
    tier: String(account.tier),
    priority: account.priority,
    reserve: account.reserve === null ? "" : Math.round(account.reserve * 1000) / 10,
    extraUsage: account.allowExtraUsage === null ? "server" : account.allowExtraUsage ? "yes" : "no",
    baseUrl: account.baseUrl ?? "",
  };
}

/** Only what differs: what is left out stays as it is. */
export function changeOf(draft: Draft, account: Account): Schemas["AccountChange"] {
  const before = draftOf(account);
  const extra = draft.extraUsage === "server" ? null : draft.extraUsage === "yes";
  return {
    ...(draft.name.trim() !== before.name && { name: draft.name.trim() }),
    ...(draft.tier !== before.tier && { tier: Number(draft.tier) }),
    ...(draft.priority !== before.priority && { priority: draft.priority }),
    ...(draft.reserve !== before.reserve && { reserve: draft.reserve === "" ? null : draft.reserve / 100 }),
    ...(draft.extraUsage !== before.extraUsage && { allowExtraUsage: extra }),
    ...(draft.baseUrl.trim() !== before.baseUrl && { baseUrl: draft.baseUrl.trim() || null }),
  };
}
