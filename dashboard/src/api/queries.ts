// What the pages fetch: one definition for each, shared by everyone who shows it.
import { queryOptions, skipToken, useQuery } from "@tanstack/react-query";
import { api, page } from "./client";
import { useLiveState } from "./live";
import type { Happening } from "./live-events";
import type { Second } from "./live-merge";

export const keys = {
  accounts: ["accounts"] as const,
  queue: ["queue"] as const,
  recentRequests: ["requests", "recent"] as const,
  stats: (range: string) => ["stats", range] as const,
  configuration: ["configuration"] as const,
  /** Filled by events alone: counts of each of the latest seconds, and what happened. */
  seconds: ["live", "seconds"] as const,
  happenings: ["live", "happenings"] as const,
};

/** While events come, fetching again is only a safety net; without them it is what keeps the page fresh. */
const LIVE_MS = 60_000;
const POLL_MS = 5_000;

export const accountsQuery = queryOptions({
  queryKey: keys.accounts,
  queryFn: ({ signal }) => api.get("/api/accounts", { signal }),
});

export const queueQuery = queryOptions({
  queryKey: keys.queue,
  queryFn: ({ signal }) => api.get("/api/queue", { signal }),
});

export const recentRequestsQuery = queryOptions({
  queryKey: keys.recentRequests,
  queryFn: async ({ signal }) => (await page("/api/requests", { query: { limit: 50 }, signal })).items,
});

export const statsQuery = (range: string) =>
  queryOptions({
    queryKey: keys.stats(range),
    queryFn: ({ signal }) => api.get("/api/stats", { query: { range }, signal }),
  });

/** How often to fetch what events keep fresh. */
export function useRefresh(): number {
  return useLiveState() === "live" ? LIVE_MS : POLL_MS;
}

export const useAccounts = () => useQuery({ ...accountsQuery, refetchInterval: useRefresh() });
export const useQueue = () => useQuery({ ...queueQuery, refetchInterval: useRefresh() });
export const useRecentRequests = () => useQuery({ ...recentRequestsQuery, refetchInterval: useRefresh() });

/** What only events tell; empty until the first of them. */
export const useSeconds = () => useQuery<Second[]>({ queryKey: keys.seconds, queryFn: skipToken }).data ?? NO_SECONDS;
export const useHappenings = () =>
  useQuery<Happening[]>({ queryKey: keys.happenings, queryFn: skipToken }).data ?? NO_HAPPENINGS;
const NO_SECONDS: Second[] = [];
const NO_HAPPENINGS: Happening[] = [];

export const useStats = (range: string) => useQuery({ ...statsQuery(range), refetchInterval: POLL_MS });
