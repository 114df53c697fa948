// How the limits went since this page was opened: readings kept in the browser, thinned and capped.
import { skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Schemas } from "~/api/client";
import { useAccounts } from "~/api/queries";
import { gaugeKey, gaugeName } from "~/app/gauge-name";
import { tellingGauges, usedShare } from "~/app/state-sentence";

type Account = Schemas["AccountResource"];

/** One look at the limits of an account. */
export interface Reading {
  /** Epoch seconds. */
  at: number;
  /** `gaugeKey` -> share used. */
  used: Record<string, number>;
}

export type GaugeHistory = Readonly<Record<string, readonly Reading[]>>;

const EVERY_SECONDS = 2;
const MOST = 900;
const KEY = ["live", "gauge-history"] as const;
const NONE: GaugeHistory = {};

/** With a reading of each account more; accounts that are gone are forgotten. */
export function withReadings(
  known: GaugeHistory,
  accounts: readonly Account[],
  at: number,
  every = EVERY_SECONDS,
  most = MOST,
): GaugeHistory {
  return Object.fromEntries(
    accounts.map((account) => {
      const before = known[account.id] ?? [];
      if (account.gauges.length === 0 || at - (before.at(-1)?.at ?? 0) < every) return [account.id, before];
      const shares = tellingGauges(account.gauges).map((gauge) => [gaugeKey(gauge), usedShare(gauge)] as const);
      const used = Object.fromEntries(shares.filter((each): each is [string, number] => each[1] !== null));
      return [account.id, thinned([...before, { at, used }], most)];
    }),
  );
}

/** When there are too many, every other one of the older half goes: the shape stays. */
function thinned(readings: readonly Reading[], most: number): readonly Reading[] {
  if (readings.length <= most) return readings;
  const half = Math.floor(most / 2);
  return readings.filter((_, index) => index >= half || index % 2 === 0);
}

export interface Line {
  label: string;
  values: (number | null)[];
}

/** The readings as lines of a chart, one for each limit the account has now. */
export function lines(account: Account, readings: readonly Reading[]): { times: number[]; series: Line[] } {
  const series = tellingGauges(account.gauges).map((gauge) => ({
    label: gaugeName(gauge),
    values: readings.map((each) => each.used[gaugeKey(gauge)] ?? null),
  }));
  return { times: readings.map((each) => each.at), series };
}

/** Reads along while the page is open. */
export function useRecordGauges(): void {
  const client = useQueryClient();
  const accounts = useAccounts().data;
  useEffect(() => {
    if (accounts === undefined) return;
    const at = Math.floor(Date.now() / 1000);
    client.setQueryData<GaugeHistory>(KEY, (known) => withReadings(known ?? NONE, accounts, at));
  }, [client, accounts]);
}

export const useGaugeHistory = (): GaugeHistory =>
  useQuery<GaugeHistory>({ queryKey: KEY, queryFn: skipToken, gcTime: Number.POSITIVE_INFINITY }).data ?? NONE;
