// What happened, in one list: what is on record, and what events have told since. Pure.
import type { Happening } from "~/api/live-events";

/** Kinds that are on record: events tell them first. The others are told by events alone. */
const RECORDED = new Set([
  ...["limited", "set-aside", "recovered", "attention", "attention-over"],
  ...["refreshed", "budget-near", "budget"],
]);
const MOVED = "moved";
const TOGETHER_MS = 120_000;

/** On record there is one of a kind in a minute. */
function key({ at, kind, accountId, account, modelClass, clientKey }: Happening): string {
  return [at.slice(0, "2026-11-22T15:40".length), kind, accountId ?? account, modelClass, clientKey].join(" ");
}

/** Newest first, each once; requests that moved the same way shortly after each other are one line. */
export function timeline(recorded: readonly Happening[], told: readonly Happening[], most = 50): Happening[] {
  const known = new Set(recorded.map(key));
  const news = told.filter((each) => !RECORDED.has(each.kind) || !known.has(key(each)));
  const all = [...news, ...recorded].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
  const joined: Happening[] = [];
  for (const each of all) {
    const index = each.kind === MOVED ? joined.findIndex((later) => sameMove(later, each)) : -1;
    const later = joined[index];
    if (later) joined[index] = { ...later, count: later.count + each.count };
    else joined.push(each);
  }
  return joined.slice(0, most).map((each) => ({ ...each, text: sentence(each) }));
}

function sameMove(later: Happening, earlier: Happening): boolean {
  const apart = Date.parse(later.at) - Date.parse(earlier.at);
  return (
    later.kind === MOVED && later.account === earlier.account && later.reason === earlier.reason && apart < TOGETHER_MS
  );
}

/** The API's own, but for moves, which were added up. */
function sentence(each: Happening): string {
  if (each.kind !== MOVED) return each.text;
  const requests = each.count === 1 ? "1 request" : `${each.count.toLocaleString("en-US")} requests`;
  return `${requests} moved from ${each.account ?? "an account that is gone"} to ${each.reason ?? "another"}.`;
}
