// How an account's limits went: what is on record, and every reading since this page was opened, kept in the browser.
import { skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Schemas } from "~/api/client";
import { useAccounts } from "~/api/queries";
import { gaugeName } from "~/app/gauge-name";
import { EXTRA_USAGE, tellingGauges, usedShare } from "~/app/state-sentence";
import { moment } from "~/format/time";

type Account = Schemas["AccountResource"];

/** One look at the limits of an account. */
export interface Reading {
  /** Epoch seconds. */
  at: number;
  /** `lineName` -> share used; a limit that was not read is missing. */
  used: Record<string, number>;
}

export type GaugeHistory = Readonly<Record<string, readonly Reading[]>>;

const EVERY_SECONDS = 2;
const MOST = 900;
/** So long without a reading is a gap in a line. */
const GAP_SECONDS = 1800;
const KEY = ["live", "gauge-history"] as const;
const NONE: GaugeHistory = {};

/** What a limit's line is called: those by the minute have one for all classes of models, the tightest. */
function lineName(limit: Pick<Schemas["Gauge"], "kind" | "name" | "modelClass">): string {
  return gaugeName(limit.kind === "bucket" ? { ...limit, modelClass: null } : limit);
}

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
      const shares = tellingGauges(account.gauges).map((gauge) => [lineName(gauge), usedShare(gauge)] as const);
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

/** What is on record: of each step the highest reading. */
export function recorded(history: Schemas["LimitHistoryResource"]): Reading[] {
  const limits = history.limits.filter((each) => each.name !== EXTRA_USAGE);
  return history.at.map((at, index) => {
    const used: Record<string, number> = {};
    for (const limit of limits) {
      const highest = limit.highest[index] ?? null;
      if (highest !== null) used[lineName(limit)] = Math.max(highest, used[lineName(limit)] ?? 0);
    }
    return { at: (moment(at) ?? 0) / 1000, used };
  });
}

/** What is on record from the first reading on, and then what was read since the page was opened. */
export function joined(record: readonly Reading[], live: readonly Reading[]): Reading[] {
  const first = record.findIndex((each) => Object.keys(each.used).length > 0);
  const opened = live[0]?.at ?? Number.POSITIVE_INFINITY;
  return [...(first < 0 ? [] : record.slice(first)).filter((each) => each.at < opened), ...live];
}

export interface Line {
  label: string;
  /** Null is a gap; undefined is none, only no reading. */
  values: (number | null | undefined)[];
}

/** The readings as lines of a chart, one for each limit, those that are known now first. */
export function lines(readings: readonly Reading[]): { times: number[]; series: Line[] } {
  const times = readings.map((each) => each.at);
  const names = new Set(readings.toReversed().flatMap((each) => Object.keys(each.used)));
  const series = [...names].map((label) => ({
    label,
    values: withGaps(
      times,
      readings.map((each) => each.used[label]),
    ),
  }));
  return { times, series };
}

function withGaps(times: readonly number[], values: readonly (number | undefined)[]): (number | null | undefined)[] {
  const read = values.flatMap((each, index) => (each === undefined ? [] : [index]));
  let next = 0;
  return values.map((value, index) => {
    while (next < read.length && (read[next] as number) < index) next += 1;
    if (value !== undefined) return value;
    const before = times[read[next - 1] ?? -1];
    const after = times[read[next] ?? -1];
    return before !== undefined && after !== undefined && after - before <= GAP_SECONDS ? undefined : null;
  });
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
