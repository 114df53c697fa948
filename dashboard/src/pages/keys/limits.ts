// What a key may do: between the form, the API and words.
import type { Schemas } from "~/api/client";

export type Key = Schemas["KeyResource"];
export type Period = Key["budgets"][number]["period"];
export type KeyLimits = Schemas["KeyChange"];

/** The form's fields, as a person types them. */
export interface Draft {
  name: string;
  expires: string;
  models: string[];
  accounts: string[];
  requestsPerMinute: number | "";
  tokensPerMinute: number | "";
  concurrency: number | "";
  perDay: number | "";
  perWeek: number | "";
  perMonth: number | "";
  timeZone: string;
  allowUnpriced: boolean;
  shadow: boolean;
}

export const readersZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export function emptyDraft(timeZone = readersZone()): Draft {
  return {
    name: "",
    expires: "",
    models: [],
    accounts: [],
    requestsPerMinute: "",
    tokensPerMinute: "",
    concurrency: "",
    perDay: "",
    perWeek: "",
    perMonth: "",
    timeZone,
    allowUnpriced: false,
    shadow: false,
  };
}

/** The form of a key that exists. */
export function draftOf(key: Key): Draft {
  const budget = (period: Period) => key.budgets.find((each) => each.period === period)?.usd ?? "";
  return {
    name: key.name,
    expires: key.expiresAt ?? "",
    models: key.models,
    accounts: key.accounts,
    requestsPerMinute: key.requestsPerMinute ?? "",
    tokensPerMinute: key.tokensPerMinute ?? "",
    concurrency: key.concurrency ?? "",
    perDay: budget("day"),
    perWeek: budget("week"),
    perMonth: budget("month"),
    timeZone: key.timeZone,
    allowUnpriced: key.allowUnpriced,
    shadow: key.shadow,
  };
}

const orNull = <T>(value: T | ""): T | null => (value === "" ? null : value);

/** What the API is told; empty fields are no limit. */
export function limitsOf(draft: Draft): KeyLimits {
  return {
    expires: orNull(draft.expires),
    models: draft.models,
    accounts: draft.accounts,
    requestsPerMinute: orNull(draft.requestsPerMinute),
    tokensPerMinute: orNull(draft.tokensPerMinute),
    concurrency: orNull(draft.concurrency),
    perDay: orNull(draft.perDay),
    perWeek: orNull(draft.perWeek),
    perMonth: orNull(draft.perMonth),
    timeZone: draft.timeZone,
    allowUnpriced: draft.allowUnpriced,
    shadow: draft.shadow,
  };
}

/** Only what differs from the key as it is: nobody else's change is undone. */
export function changesOf(draft: Draft, key: Key): KeyLimits {
  const [now, before] = [limitsOf(draft), limitsOf(draftOf(key))] as Record<string, unknown>[];
  return Object.fromEntries(
    Object.entries(now ?? {}).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before?.[name])),
  ) as KeyLimits;
}

export function hasBudget(draft: Draft): boolean {
  return [draft.perDay, draft.perWeek, draft.perMonth].some((each) => each !== "");
}

/** A key's limits beside its budgets, in a few words. */
export function limitWords(key: Key): string[] {
  const each = (value: number | null, noun: string) =>
    value === null ? "" : `${value.toLocaleString("en-US")} ${value === 1 ? noun.replace(/s( |\/|$)/, "$1") : noun}`;
  return [
    each(key.requestsPerMinute, "requests/min"),
    each(key.tokensPerMinute, "tokens/min"),
    each(key.concurrency, "requests at once"),
    key.models.length > 0 ? `models ${key.models.join(", ")}` : "",
    key.accounts.length > 0 ? `accounts ${key.accounts.join(", ")}` : "",
  ].filter(Boolean);
}

export const PERIOD_WORDS: Record<Period, string> = { day: "Today", week: "This week", month: "This month" };

/** What to paste to use a key: Claude Code, and programs on an SDK. */
export function usageLines(origin: string, secret: string): { title: string; lines: string }[] {
  return [
    { title: "Claude Code", lines: `ANTHROPIC_BASE_URL=${origin} ANTHROPIC_AUTH_TOKEN=${secret} claude` },
    { title: "Programs on an SDK", lines: `export ANTHROPIC_BASE_URL=${origin} ANTHROPIC_API_KEY=${secret}` },
  ];
}
