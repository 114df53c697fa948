// The events of `/api/events`, which OpenAPI cannot describe: kind -> data. See docs/api.md.
import type { Schemas } from "./client";

export interface OpenedRequest {
  id: string;
  timestamp: string;
  method: string;
  path: string;
  model: string | null;
  sessionId: string | null;
  clientKey: string | null;
  agentId: string | null;
  userAgent: string | null;
  streaming: boolean;
  requestBytes: number;
}

/** Requests that began and ended since the last such event; on a busy server only some of them are named. */
export interface RequestActivity {
  openedCount: number;
  finishedCount: number;
  failedCount: number;
  opened: OpenedRequest[];
  finished: Schemas["RequestResource"][];
}

export interface Happening {
  at: string;
  kind: string;
  account: string | null;
  accountId: string | null;
  modelClass: string | null;
  reason: string | null;
  until: string | null;
  count: number;
  /** One sentence for people. */
  text: string;
}

export interface EventData {
  ready: null;
  reset: null;
  requests: RequestActivity;
  account: Schemas["AccountResource"];
  "account-removed": { id: string; name: string };
  gauges: { id: string; inFlight: number; gauges: Schemas["Gauge"][] }[];
  queue: Schemas["QueueResource"];
  strategy: { strategy: string };
  happened: Happening;
}

export type EventKind = keyof EventData;
export type LiveEvent = { [K in EventKind]: { kind: K; data: EventData[K] } }[EventKind];
