// What a limit is called by people. Pure.
import type { Schemas } from "~/api/client";

const UNITS: Record<string, string> = { h: "hour", d: "day" };

/** `5h` -> "5 hours", `7d_opus` -> "7 days · opus", a bucket of one class of models -> "requests · haiku". */
export function gaugeName({ name, modelClass }: Pick<Schemas["Gauge"], "name" | "modelClass">): string {
  const [, count, unit, rest] = /^(\d+)([hd])(?:_(.+))?$/.exec(name) ?? [];
  const word = UNITS[unit ?? ""];
  const said =
    count && word ? `${count} ${word}${count === "1" ? "" : "s"}` : name === "overage" ? "extra usage" : name;
  const models = modelClass ?? rest;
  return models ? `${said} · ${models}` : said;
}

/** Tells the gauges of one account apart. */
export function gaugeKey({ kind, name, modelClass }: Pick<Schemas["Gauge"], "kind" | "name" | "modelClass">): string {
  return `${kind} ${name} ${modelClass ?? ""}`;
}
