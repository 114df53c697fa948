// What only the overview fetches: today's figures, yesterday's up to this time of day, each account's last hours.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "~/api/client";
import { useNow } from "~/components/clock";
import { days } from "./days";

const REFRESH_MS = 15_000;
const SLOW_MS = 60_000;
const tz = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

function useSpan(from: number, to: number | null, refetchInterval: number) {
  return useQuery({
    queryKey: ["analytics", "span", from, to],
    queryFn: ({ signal }) => {
      const until = to === null ? {} : { to: String(to) };
      return api.get("/api/analytics", { query: { from: String(from), ...until, tz: tz() }, signal });
    },
    refetchInterval,
    placeholderData: keepPreviousData,
  });
}

/** Since midnight, with what each account has part in it. */
export function useToday() {
  return useSpan(days(useNow()).today, null, REFRESH_MS);
}

/** Yesterday up to the same time of day. */
export function useYesterday() {
  const { yesterday, thenByNow } = days(useNow());
  return useSpan(yesterday, Math.max(thenByNow, yesterday + 900_000), SLOW_MS * 15);
}

/** One account's last six hours. */
export function useAccountHours(account: string) {
  return useQuery({
    queryKey: ["analytics", "hours", account],
    queryFn: ({ signal }) => api.get("/api/analytics", { query: { range: "6h", accounts: account, tz: tz() }, signal }),
    refetchInterval: SLOW_MS,
  });
}
