// Settings for people: what a value looks like, what belongs together, what matches a search.
import type { Schemas } from "~/api/client";
import { agentWords } from "./agents";

export type Setting = Schemas["SettingResource"];

/** As it would be written in config.toml; lists by commas, nothing as a dash. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.length > 0 ? value.join(", ") : "–";
  if (typeof value === "number") return value.toLocaleString("en-US", { maximumFractionDigits: 6 });
  return String(value);
}

/** The environment variable that sets it, as the documentation spells it. */
export function variableOf(name: string): string {
  return UNPREFIXED.has(name) ? name.toUpperCase() : `CLAUDEFLARE_${name.toUpperCase()}`;
}

const UNPREFIXED = new Set(
  "port host lb_strategy session_duration log_level log_format retry_attempts retry_delay_ms retry_backoff data_retention_days request_retention_days database_url ssl_cert_file https_proxy no_proxy client_id redis_url".split(
    " ",
  ),
);

/** Those whose name, variable, value or source has the text in it; those somebody has set come first. */
export function matching(settings: readonly Setting[], search: string | undefined): Setting[] {
  const text = search?.trim().toLowerCase() ?? "";
  const found = settings.filter((each) =>
    `${each.name} ${variableOf(each.name)} ${shownValue(each.value)} ${each.source}`.toLowerCase().includes(text),
  );
  const isSet = (each: Setting) => (each.source === "default" ? 1 : 0);
  return found.sort((a, b) => isSet(a) - isSet(b) || a.name.localeCompare(b.name));
}

/** "pause-account" -> "Pause account". */
export function actionWords(action: string): string {
  const words = action.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What somebody made or changed, by name; sign-ins have only numbers, which say nothing. */
export function subjectWords({ action, subject }: { action: string; subject: string | null }): string {
  return action.startsWith("sign-") || subject === null ? "" : subject;
}

/** What a change was, in short: `paused: no -> yes`. Of what is new: what was set. */
export function changeWords(before: Record<string, unknown> | null, after: Record<string, unknown> | null): string {
  const isNew = before === null;
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return names
    .filter((name) => name !== "id" && !(isNew && isNothing(after?.[name])))
    .map((name) => {
      if (name === "userAgent") return agentWords(String(after?.[name] ?? before?.[name]));
      const [was, is] = [before?.[name], after?.[name]].map(said);
      return was === undefined
        ? `${name}: ${is}`
        : is === undefined
          ? `${name}: was ${was}`
          : `${name}: ${was} → ${is}`;
    })
    .join(" · ");
}

const isNothing = (value: unknown) =>
  value === null || value === "" || value === false || (Array.isArray(value) && value.length === 0);

function said(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? JSON.stringify(value)
    : shownValue(value);
}
