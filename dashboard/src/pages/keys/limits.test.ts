// The form of a key, and what the API is told.
import { describe, expect, it } from "vitest";
import { changesOf, draftOf, emptyDraft, hasBudget, type Key, limitsOf, limitWords, usageLines } from "./limits";

const key = (given: Partial<Key> = {}): Key => ({
  id: "1",
  name: "ci",
  source: "made",
  state: "active",
  ending: "abcd",
  created: "2026-11-23T10:00:00Z",
  expiresAt: null,
  revokedAt: null,
  lastUsed: null,
  models: [],
  accounts: [],
  requestsPerMinute: null,
  tokensPerMinute: null,
  concurrency: null,
  budgets: [],
  timeZone: "UTC",
  allowUnpriced: false,
  shadow: false,
  ...given,
});
const budget = { period: "day", usd: 20, spent: 5, remaining: 15, resetsAt: "2026-11-24T00:00:00Z" } as const;

describe("limitsOf", () => {
  it("takes empty fields for no limit", () => {
    expect(limitsOf(emptyDraft("Europe/Berlin"))).toMatchObject({
      perDay: null,
      concurrency: null,
      timeZone: "Europe/Berlin",
    });
  });
  it("brings back what a key has", () => {
    const limited = key({ requestsPerMinute: 60, budgets: [{ ...budget }], models: ["claude-haiku-*"] });
    expect(limitsOf(draftOf(limited))).toMatchObject({ requestsPerMinute: 60, perDay: 20, models: ["claude-haiku-*"] });
  });
});

describe("changesOf", () => {
  it("names only what is different", () => {
    const limited = key({ requestsPerMinute: 60, concurrency: 4 });
    const draft = { ...draftOf(limited), concurrency: "" as const, perWeek: 100 };
    expect(changesOf(draft, limited)).toEqual({ concurrency: null, perWeek: 100 });
  });
  it("is empty when nothing changed", () => {
    expect(changesOf(draftOf(key()), key())).toEqual({});
  });
});

it("knows whether there is a budget", () => {
  expect(hasBudget(emptyDraft())).toBe(false);
  expect(hasBudget({ ...emptyDraft(), perMonth: 100 })).toBe(true);
});

it("says limits in words", () => {
  expect(limitWords(key({ requestsPerMinute: 1200, concurrency: 1, models: ["claude-*"] }))).toEqual([
    "1,200 requests/min",
    "1 request at once",
    "models claude-*",
  ]);
});

it("gives lines that can be pasted", () => {
  expect(usageLines("http://localhost:8080", "cf_x")[0]?.lines).toBe(
    "ANTHROPIC_BASE_URL=http://localhost:8080 ANTHROPIC_AUTH_TOKEN=cf_x claude",
  );
});
