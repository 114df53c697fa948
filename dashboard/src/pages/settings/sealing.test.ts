// Sealing keys in words.
import { describe, expect, it } from "vitest";
import { forgottenWords, rotatedWords, sealingState } from "./sealing";

const key = { id: "a94a", current: false, present: true, secrets: 0 };

describe("sealingState", () => {
  it.each([
    [{ ...key, current: true, secrets: 3 }, "ok", "in use"],
    [{ ...key, secrets: 2 }, "idle", "opens older secrets"],
    [key, "idle", "unused"],
    [{ ...key, present: false, secrets: 1 }, "limited", "missing: bring it back"],
  ])("%j is %s", (given, state, words) => expect(sealingState(given)).toEqual({ state, words }));
});

it("says what a rotation has done, and what is left to do", () => {
  const done = { keyId: "b", newKey: true, sealedAnew: 1, failedAccounts: [] };
  expect(rotatedWords(done)).toBe("1 secret is sealed with the new key.");
  expect(rotatedWords({ ...done, sealedAnew: 2, failedAccounts: ["work"] })).toBe(
    "2 secrets are sealed with the new key. Add again, their secrets do not open: work.",
  );
});

it.each([
  [[], "There was no unused key."],
  [["a"], "One unused key is forgotten."],
  [["a", "b"], "2 unused keys are forgotten."],
])("%j forgotten", (forgottenKeys, words) => expect(forgottenWords({ forgottenKeys })).toBe(words));
