// What the list is narrowed to: parameters of the page's URL -> a query of the API.
import type { RequestRow } from "~/components/RequestTable";

/** In the page's URL. Other pages link here with them: /requests?account=work. */
export const CHOICES = ["account", "model", "key", "agent", "status", "session", "range", "q"] as const;
export type Choices = Partial<Record<(typeof CHOICES)[number], string | undefined>>;

export const RANGE_CHOICES = [
  { value: "15m", label: "Last 15 minutes" },
  { value: "1h", label: "Last hour" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
];

export interface RequestQuery {
  account?: string;
  model?: string;
  clientKey?: string;
  agent?: string;
  status?: string;
  session?: string;
  since?: string;
  text?: string;
}

const AS_PARAMETER: Record<(typeof CHOICES)[number], keyof RequestQuery> = {
  account: "account",
  model: "model",
  key: "clientKey",
  agent: "agent",
  status: "status",
  session: "session",
  range: "since",
  q: "text",
};

export function queryOf(choices: Choices): RequestQuery {
  const given = CHOICES.flatMap((name) => (choices[name] ? [[AS_PARAMETER[name], choices[name]] as const] : []));
  return Object.fromEntries(given);
}

/** A choice of the filter bar: what is known to exist, and what is chosen even if nobody knows it. */
export function options(known: readonly (string | null)[], chosen: string | undefined) {
  const values = new Set(known.filter((each): each is string => Boolean(each)));
  if (chosen) values.add(chosen);
  return [...values].sort().map((value) => ({ value, label: value }));
}

/** What the rows at hand tell of models, agents and sessions. */
export function seen(rows: readonly RequestRow[]) {
  return {
    models: rows.map((row) => row.model),
    agents: rows.map((row) => row.agentId),
    sessions: rows.map((row) => row.sessionId),
    keys: rows.map((row) => row.clientKey),
  };
}
