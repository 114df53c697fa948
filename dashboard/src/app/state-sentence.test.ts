import { expect, it } from "vitest";
import type { Schemas } from "~/api/client";
import { accountState, accountWord, standing, tellingGauges, unreachable } from "./state-sentence";

type Account = Schemas["AccountResource"];
const NOW = Date.parse("2026-11-22T15:00:00Z");

const account = (name: string, changes: Partial<Account> = {}) =>
  ({
    id: name,
    name,
    paused: false,
    needsLogin: null,
    rateLimitStatus: "ok",
    rateLimitReset: null,
    gauges: [],
    totalRequests: 1,
    inFlight: 0,
    ...changes,
  }) as Account;
const window = (utilization: number, resetsAt: string) =>
  ({ kind: "window", name: "5h", utilization, resetsAt, limit: null, remaining: null }) as Account["gauges"][0];
const said = (accounts: Account[], waiting = 0) => {
  const { state, head, rest } = standing(accounts, waiting, NOW, "UTC");
  return `${state}: ${head} ${rest}`;
};

it("says that all is well, how much is used and when more comes", () => {
  const gauges = [window(0.62, "2026-11-22T15:41:00Z")];
  expect(said([account("work", { gauges }), account("spare"), account("home")])).toBe(
    "ok: All 3 accounts serving. 62\u202f% of the tightest limit used; next reset in 41 min.",
  );
});

it("names who is limited and until when", () => {
  const limited = { rateLimitStatus: "limited", rateLimitReset: "2026-11-22T15:40:00Z" };
  expect(said([account("work", limited), account("spare")])).toBe(
    "near: 1 of 2 accounts limited: work until 15:40. Nothing waiting.",
  );
  expect(said([account("work", limited)], 3)).toBe(
    "limited: The account is limited: work until 15:40. 3 requests wait.",
  );
});

it("says who needs somebody", () => {
  const attention = { rateLimitStatus: "needs attention" };
  expect(said([account("work", attention), account("b")])).toBe(
    "near: 1 of 2 accounts needs attention: work. Nothing waiting.",
  );
  const login = { ...attention, needsLogin: "claudeflare login work" };
  expect(said([account("work", login)])).toBe("limited: The account needs a login: work. Nothing waiting.");
  const limited = { rateLimitStatus: "limited", rateLimitReset: "2026-11-22T15:40:00Z" };
  expect(said([account("work", login), account("b", attention), account("c", limited)], 1)).toBe(
    "limited: All 3 accounts limited: work needs a login, b needs attention, c until 15:40. 1 request waits.",
  );
});

it("names a few of many", () => {
  const limited = { rateLimitStatus: "limited", rateLimitReset: "2026-11-24T15:40:00Z" };
  expect(said(["a", "b", "c", "d", "e"].map((name) => account(name, limited)))).toContain(
    "c until Nov 24, 15:40 and 2 more.",
  );
});

it("asks for the first request", () => {
  expect(said([account("a", { totalRequests: 0 }), account("b", { totalRequests: 0 })])).toBe(
    "ok: Both accounts ready. No request yet: point a client here.",
  );
  expect(said([account("a", { totalRequests: 0 })], 1)).toContain("No limits known yet. 1 request waits.");
});

it("says how old everything is while the server does not answer", () => {
  expect(unreachable(NOW - 60_000, NOW, false, "UTC")).toEqual({
    state: "limited",
    head: "The server does not answer.",
    rest: "What is shown is from 14:59. Start it with: claudeflare serve",
  });
  expect(unreachable(NOW - 60_000, NOW, true, "UTC").head).toBe("This browser is offline.");
});

it("warns before a limit", () => {
  expect(said([account("a", { gauges: [window(0.93, "2026-11-22T16:00:00Z")] })])).toMatch(
    /^near: The account is serving/,
  );
});

it("knows servers without accounts, and with none that serves", () => {
  expect(said([])).toMatch(/^idle: No account yet/);
  expect(said([account("a", { paused: true })])).toMatch(/^limited: The account is paused/);
});

it("gives each account its state", () => {
  expect(accountState(account("a"))).toBe("ok");
  expect(accountState(account("a", { paused: true }))).toBe("idle");
  expect(accountState(account("a", { rateLimitStatus: "limited" }))).toBe("limited");
  expect(accountState(account("a", { rateLimitStatus: "limited: opus" }))).toBe("near");
  const login = { needsLogin: "claudeflare login a" };
  expect([accountState(account("a", login)), accountWord(account("a", login))]).toEqual(["limited", "needs login"]);
});

it("tells of windows and of the tightest limit of each kind, not of extra usage", () => {
  const bucket = (name: string, modelClass: string, remaining: number) =>
    ({ kind: "bucket", name, modelClass, limit: 100, remaining, utilization: null }) as Account["gauges"][0];
  const overage = { ...window(1, "2026-11-22T16:00:00Z"), name: "overage" };
  const gauges = [bucket("requests", "opus", 90), bucket("requests", "haiku", 40), overage, window(0.1, "")];
  expect(tellingGauges(gauges).map((each) => `${each.name} ${each.modelClass ?? ""}`.trim())).toEqual([
    "requests haiku",
    "5h",
  ]);
  expect(accountState(account("a", { gauges }))).toBe("ok");
});

it("says in a word when an account is near a limit", () => {
  expect(accountWord(account("a", { gauges: [window(0.9, "2026-11-22T16:00:00Z")] }))).toBe("near a limit");
  expect(accountWord(account("a", { rateLimitStatus: "limited: opus" }))).toBe("limited: opus");
});
