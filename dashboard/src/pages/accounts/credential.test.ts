import { expect, it } from "vitest";
import type { Schemas } from "~/api/client";
import { credentialName, credentialStanding } from "./credential";

const NOW = Date.parse("2026-11-22T15:00:00Z");
const account = (changes: Partial<Schemas["AccountResource"]>) =>
  ({
    mode: "max",
    tokenStatus: "valid",
    tokenExpires: null,
    tokenRenewed: true,
    tokenTrouble: null,
    needsLogin: null,
    limits: [],
    ...changes,
  }) as Schemas["AccountResource"];

it.each([
  [{ mode: "api-key", tokenRenewed: null }, "ok", "It does not end by itself."],
  [{ tokenExpires: "2026-11-22T15:40:00Z" }, "ok", "Ends in 40 min and is renewed before."],
  [{}, "ok", "Renewed here when it is due."],
  [{ mode: "token", tokenRenewed: false }, "ok", "Nobody renews it."],
  [
    { mode: "profile", tokenRenewed: false, tokenExpires: "2026-11-22T15:40:00Z" },
    "ok",
    "Ends in 40 min. The program that owns the profile renews it.",
  ],
  [{ tokenStatus: "expired" }, "near", "It is renewed before its next use."],
  [{ tokenStatus: "expired", tokenRenewed: false, mode: "token" }, "limited", "Nobody renews it."],
  [{ tokenTrouble: "503." }, "near", "Could not be renewed just now; it is tried again. 503."],
  [{ tokenStatus: "missing" }, "limited", "There is no credential that can be used: give it one."],
  [{ tokenStatus: "refused" }, "limited", "The API does not take it: give another."],
  [{ needsLogin: "claudeflare login a" }, "limited", "It cannot be renewed any more: log in again."],
])("%o", (changes, state, text) => {
  expect(credentialStanding(account(changes), NOW)).toMatchObject({ state, text });
});

it("names what each mode keeps", () => {
  expect(credentialName("max")).toBe("Sign-in to a plan");
  expect(credentialName("other")).toBe("other");
});
