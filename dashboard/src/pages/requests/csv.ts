// The requests of the current filter as a CSV file (RFC 4180).
import { page, type Schemas } from "~/api/client";
import type { RequestQuery } from "./filters";

type Row = Schemas["RequestResource"];

const COLUMNS = [
  "id",
  "timestamp",
  "accountUsed",
  "model",
  "servedModel",
  "statusCode",
  "terminalState",
  "errorType",
  "errorMessage",
  "failoverAttempts",
  "inputTokens",
  "cacheReadInputTokens",
  "cacheCreationInputTokens",
  "outputTokens",
  "costUsd",
  "ttftMs",
  "responseTimeMs",
  "queuedMs",
  "overheadMs",
  "clientKey",
  "sessionId",
  "agentId",
  "client",
  "stopReason",
] as const satisfies readonly (keyof Row)[];

/** More is for `claudeflare export`, which writes to disk as it reads. */
export const MOST_ROWS = 50_000;
const PAGE = 1000;

export function csvLine(row: Row): string {
  return COLUMNS.map((name) => field(row[name])).join(",");
}

function field(value: string | number | boolean | null): string {
  if (value === null) return "";
  // A spreadsheet would run a text that begins like a formula.
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Fetches page by page; `onCount` is told how many rows there are so far. */
export async function csvOf(query: RequestQuery, onCount: (rows: number) => void, signal: AbortSignal): Promise<Blob> {
  const lines = [COLUMNS.join(",")];
  let cursor: string | undefined;
  do {
    const { items, next } = await page("/api/requests", { query: { ...query, cursor, limit: PAGE }, signal });
    lines.push(...items.map(csvLine));
    onCount(lines.length - 1);
    cursor = next ?? undefined;
  } while (cursor !== undefined && lines.length <= MOST_ROWS);
  return new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv" });
}

export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
