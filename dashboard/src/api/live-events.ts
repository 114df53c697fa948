// The events of `/api/events`: which data each kind brings. OpenAPI describes the data, not what belongs to which kind.
import type { Schemas } from "./client";

export type RequestActivity = Schemas["RequestActivity"];
export type Happening = Schemas["Happening"];

export interface EventData {
  ready: null;
  reset: null;
  requests: RequestActivity;
  account: Schemas["AccountResource"];
  "account-removed": Schemas["AccountRemoved"];
  gauges: Schemas["AccountGauges"][];
  queue: Schemas["QueueResource"];
  strategy: Schemas["StrategyResource"];
  happened: Happening;
}

export type EventKind = keyof EventData;
export type LiveEvent = { [K in EventKind]: { kind: K; data: EventData[K] } }[EventKind];
