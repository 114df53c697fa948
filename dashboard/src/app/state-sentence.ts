// How everything stands, in a sentence a person would say. Pure.
import type { Schemas } from "~/api/client";
import type { State } from "~/components/StateBadge";
import { percent, text } from "~/format/number";
import { clockTime, dateAndTime, moment, span } from "~/format/time";

type Account = Schemas["AccountResource"];

export interface Standing {
  state: State;
  /** The first words, e.g. "All 4 accounts serving." */
  head: string;
  /** What else is worth knowing. */
  rest: string;
}

const NEAR = 0.8;
export const EXTRA_USAGE = "overage";

/** The state of one account, for its badge. */
export function accountState(account: Account): State {
  if (account.paused) return "idle";
  if (account.needsLogin) return "limited";
  if (account.rateLimitStatus === "ok") return (tightest([account])?.used ?? 0) >= NEAR ? "near" : "ok";
  return account.rateLimitStatus.startsWith("limited: ") || account.rateLimitStatus === "cooling down"
    ? "near"
    : "limited";
}

export function standing(accounts: readonly Account[], waiting: number, now: number, timeZone?: string): Standing {
  const active = accounts.filter((each) => !each.paused);
  if (accounts.length === 0) return { state: "idle", head: "No account yet.", rest: "Add one to start serving." };
  if (active.length === 0) {
    return { state: "limited", head: `${all(accounts.length)} paused.`, rest: "Resume one to start serving." };
  }
  const out = active.filter((each) => !/^(ok|limited: )/.test(each.rateLimitStatus));
  const queue = waiting > 0 ? `${waiting} ${waiting === 1 ? "request waits" : "requests wait"}.` : "Nothing waiting.";
  if (out.length > 0) {
    const state = out.length === active.length ? "limited" : "near";
    return { state, head: `${outWords(out, active.length)}:`, rest: `${named(out, now, timeZone)}. ${queue}` };
  }
  if (waiting === 0 && active.every(untouched)) {
    return { state: "ok", head: `${all(active.length)} ready.`, rest: "No request yet: point a client here." };
  }
  const limit = tightest(active);
  const used = limit ? `${text(percent(limit.used))} of the tightest limit used` : "No limits known yet";
  const reset = nextReset(active, now);
  const next = reset === null ? "" : `; next reset in ${span((reset - now) / 1000)}`;
  const near = limit !== null && limit.used >= NEAR;
  return {
    state: near || waiting > 0 ? "near" : "ok",
    head: `${all(active.length)} serving.`,
    rest: `${used}${next}.${waiting > 0 ? ` ${queue}` : ""}`,
  };
}

/** What is said while nothing can be fetched. `asOf`: when what is shown was, epoch milliseconds. */
export function unreachable(asOf: number, now: number, offline: boolean, timeZone?: string): Standing {
  const shown = `What is shown is from ${dateAndTime(asOf, now, timeZone)}.`;
  return offline
    ? { state: "limited", head: "This browser is offline.", rest: shown }
    : { state: "limited", head: "The server does not answer.", rest: `${shown} Start it with: claudeflare serve` };
}

function all(count: number): string {
  return count === 1 ? "The account is" : count === 2 ? "Both accounts" : `All ${count} accounts`;
}

/** Nothing was ever asked of it. */
function untouched(account: Account): boolean {
  return account.totalRequests === 0 && account.inFlight === 0 && account.gauges.length === 0;
}

function outWords(out: readonly Account[], active: number): string {
  const every = out.length === active;
  const need = out.every((each) => each.needsLogin) ? "a login" : "attention";
  if (!out.every((each) => each.needsLogin || each.rateLimitStatus === "needs attention")) {
    return `${every ? all(active) : `${out.length} of ${active} accounts`} limited`;
  }
  const who = every ? all(active).replace(" is", "") : `${out.length} of ${active} accounts`;
  return `${who} ${out.length === 1 ? "needs" : "need"} ${need}`;
}

const NAMED = 3;

function named(out: readonly Account[], now: number, timeZone?: string): string {
  const alike = out.every((each) => each.needsLogin) || out.every((each) => each.rateLimitStatus === "needs attention");
  const said = out.slice(0, NAMED).map((each) => (alike ? each.name : `${each.name} ${until(each, now, timeZone)}`));
  return said.join(", ") + (out.length > NAMED ? ` and ${out.length - NAMED} more` : "");
}

function until(account: Account, now: number, timeZone?: string): string {
  if (account.needsLogin) return "needs a login";
  if (account.rateLimitStatus === "needs attention") return "needs attention";
  const reset = moment(account.rateLimitReset);
  if (reset === null) return account.rateLimitStatus;
  return `until ${reset - now < 86_400_000 ? clockTime(reset, timeZone) : dateAndTime(reset, now, timeZone)}`;
}

/** The word for an account's state: as the API says it, but for one that is close to a limit. */
export function accountWord(account: Account): string {
  if (account.needsLogin && !account.paused) return "needs login";
  return account.rateLimitStatus === "ok" && accountState(account) === "near"
    ? "near a limit"
    : account.rateLimitStatus;
}

/** The share used of one gauge; null when it cannot be told. */
export function usedShare(gauge: Schemas["Gauge"]): number | null {
  if (gauge.utilization !== null) return gauge.utilization;
  return gauge.limit && gauge.remaining !== null ? 1 - gauge.remaining / gauge.limit : null;
}

/**
 * The gauges that tell how an account stands, by kind: each usage window, and of the limits by the minute the tightest
 * class of models. Extra usage is none of them: it is what comes after the plan, and mostly switched off.
 */
export function tellingGauges(gauges: readonly Schemas["Gauge"][]): Schemas["Gauge"][] {
  const chosen = new Map<string, Schemas["Gauge"]>();
  for (const gauge of gauges) {
    if (gauge.name === EXTRA_USAGE) continue;
    const kind = gauge.kind === "bucket" ? gauge.name : `${gauge.name} ${gauge.modelClass}`;
    const known = chosen.get(kind);
    if (known === undefined || (usedShare(gauge) ?? 0) > (usedShare(known) ?? 0)) chosen.set(kind, gauge);
  }
  return [...chosen.values()];
}

function tightest(accounts: readonly Account[]): { used: number } | null {
  const gauges = accounts.flatMap((each) => tellingGauges(each.gauges));
  const shares = gauges.map(usedShare).filter((each) => each !== null);
  return shares.length > 0 ? { used: Math.max(...shares) } : null;
}

function nextReset(accounts: readonly Account[], now: number): number | null {
  const windows = accounts.flatMap((each) => tellingGauges(each.gauges).filter((gauge) => gauge.kind === "window"));
  const resets = windows.map((each) => moment(each.resetsAt)).filter((each) => each !== null && each > now) as number[];
  return resets.length > 0 ? Math.min(...resets) : null;
}
