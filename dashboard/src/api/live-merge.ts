// What each kind of event changes in the cache of fetched answers: one update for each kind in a batch.
import type { QueryClient } from "@tanstack/react-query";
import type { Schemas } from "./client";
import type { EventData, EventKind, Happening, LiveEvent, RequestActivity } from "./live-events";
import { keys } from "./queries";

type Account = Schemas["AccountResource"];
type Request = Schemas["RequestResource"];

/** How many of the newest requests are kept; older ones are on the page of requests. */
export const RECENT_REQUESTS = 50;
const HAPPENINGS_KEPT = 100;
const SECONDS_KEPT = 120;

/** What began and ended in one second. */
export interface Second {
  /** Epoch seconds. */
  at: number;
  opened: number;
  finished: number;
  failed: number;
}

/** Newest first, each once: a later event of a request replaces the earlier one in its place. `news` is newest first. */
export function withNewest(known: readonly Request[], news: readonly Request[], most: number): Request[] {
  const changed = new Map<string, Request>();
  for (const each of news) if (!changed.has(each.id)) changed.set(each.id, each);
  const updated = known.map((each) => {
    const replacement = changed.get(each.id);
    changed.delete(each.id);
    return replacement ?? each;
  });
  return [...changed.values(), ...updated].slice(0, most);
}

/** Known accounts with the changed ones in their place; one that is new comes first, as the API lists them. */
export function withAccounts(known: readonly Account[], changed: readonly Account[]): Account[] {
  const byId = new Map(changed.map((each) => [each.id, each]));
  const updated = known.map((each) => {
    const replacement = byId.get(each.id);
    byId.delete(each.id);
    // What moves with every request is told by other events, and newer here.
    return replacement ? { ...replacement, gauges: each.gauges, inFlight: each.inFlight } : each;
  });
  return [...byId.values(), ...updated];
}

/** Accounts with their newest gauges. */
export function withGauges(known: readonly Account[], told: EventData["gauges"]): Account[] {
  const byId = new Map(told.map((each) => [each.id, each]));
  return known.map((each) => {
    const now = byId.get(each.id);
    return now ? { ...each, gauges: now.gauges, inFlight: now.inFlight } : each;
  });
}

/** The counts of the latest seconds, oldest first, with these added to the second of `at`. */
export function withCounts(known: readonly Second[], told: readonly RequestActivity[], at: number): Second[] {
  const second = Math.floor(at);
  const last =
    known.at(-1)?.at === second ? (known.at(-1) as Second) : { at: second, opened: 0, finished: 0, failed: 0 };
  const sum = (of: (each: RequestActivity) => number) => told.reduce((total, each) => total + of(each), 0);
  const now = {
    at: second,
    opened: last.opened + sum((each) => each.openedCount),
    finished: last.finished + sum((each) => each.finishedCount),
    failed: last.failed + sum((each) => each.failedCount),
  };
  return [...known.filter((each) => each.at !== second && each.at > second - SECONDS_KEPT), now];
}

type Handlers = { [K in EventKind]: (client: QueryClient, data: EventData[K][]) => void };

const handlers: Handlers = {
  // What was fetched before the first event may lack what happened since; what is being fetched now does not.
  ready: (client) => void client.invalidateQueries({}, { cancelRefetch: false }),
  reset: (client) => void client.invalidateQueries(),
  requests: (client, data) => {
    const finished = data.toReversed().flatMap((each) => each.finished);
    client.setQueryData<Request[]>(
      keys.recentRequests,
      (known) => known && withNewest(known, finished, RECENT_REQUESTS),
    );
    client.setQueryData<Second[]>(keys.seconds, (known) => withCounts(known ?? [], data, Date.now() / 1000));
  },
  account: (client, data) => {
    client.setQueryData<Account[]>(keys.accounts, (known) => known && withAccounts(known, data));
  },
  "account-removed": (client, data) => {
    const gone = new Set(data.map((each) => each.id));
    client.setQueryData<Account[]>(keys.accounts, (known) => known?.filter((each) => !gone.has(each.id)));
  },
  gauges: (client, data) => {
    const latest = new Map(data.flat().map((each) => [each.id, each]));
    client.setQueryData<Account[]>(keys.accounts, (known) => known && withGauges(known, [...latest.values()]));
  },
  queue: (client, data) => {
    client.setQueryData(keys.queue, data.at(-1));
  },
  strategy: (client) => void client.invalidateQueries({ queryKey: keys.configuration }),
  happened: (client, data) => {
    client.setQueryData<Happening[]>(keys.happenings, (known) =>
      [...data.toReversed(), ...(known ?? [])].slice(0, HAPPENINGS_KEPT),
    );
  },
};

export const kinds = Object.keys(handlers) as EventKind[];

/** Fold a batch into the cache. */
export function merge(client: QueryClient, events: readonly LiveEvent[]): void {
  const byKind = new Map<EventKind, unknown[]>();
  for (const event of events) {
    const data = byKind.get(event.kind);
    if (data) data.push(event.data);
    else byKind.set(event.kind, [event.data]);
  }
  for (const [kind, data] of byKind) (handlers[kind] as (client: QueryClient, data: unknown[]) => void)(client, data);
}
