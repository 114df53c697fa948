// Sealing keys in words.
import type { Schemas } from "~/api/client";
import type { State } from "~/components/StateBadge";

/** What a key is good for now. */
export function sealingState(key: Schemas["SealingKeyResource"]): { state: State; words: string } {
  if (!key.present) return { state: "limited", words: "missing: bring it back" };
  if (key.current) return { state: "ok", words: "in use" };
  return { state: "idle", words: key.secrets > 0 ? "opens older secrets" : "unused" };
}

/** What a rotation has done; accounts whose secret does not open have to be signed in again. */
export function rotatedWords({ sealedAnew, failedAccounts }: Schemas["RotatedResource"]): string {
  const done = `${sealedAnew.toLocaleString("en-US")} ${sealedAnew === 1 ? "secret is" : "secrets are"} sealed with the new key.`;
  if (failedAccounts.length === 0) return done;
  return `${done} Add again, their secrets do not open: ${failedAccounts.join(", ")}.`;
}

export function forgottenWords({ forgottenKeys }: Schemas["ForgottenResource"]): string {
  if (forgottenKeys.length === 0) return "There was no unused key.";
  return forgottenKeys.length === 1
    ? "One unused key is forgotten."
    : `${forgottenKeys.length} unused keys are forgotten.`;
}
