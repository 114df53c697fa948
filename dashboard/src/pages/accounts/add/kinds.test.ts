import { expect, it } from "vitest";
import { accountToAdd, credentialOf, isSubscription, KINDS, modeOf, NO_CREDENTIAL, signsIn } from "./kinds";

it("takes a mode from an address, and the usual one where it is none", () => {
  expect(["max", "wif", "", null, "nonsense"].map(modeOf)).toEqual(["max", "wif", "api-key", "api-key", "api-key"]);
  expect(KINDS.filter((each) => signsIn(each.mode)).map((each) => each.mode)).toEqual(["console", "max"]);
});

it("sends what the mode has, and nothing that was typed for another one", () => {
  const credential = { ...NO_CREDENTIAL, apiKey: " sk-ant-api03-x ", token: "typed before", configDir: "/a" };
  expect(accountToAdd({ name: " work ", mode: "api-key", tier: "5" }, credential, false)).toEqual({
    name: "work",
    mode: "api-key",
    tier: 5,
    apiKey: "sk-ant-api03-x",
    acceptTerms: false,
  });
  expect(credentialOf("profile", credential)).toEqual({ configDir: "/a" });
  expect(credentialOf("max", credential)).toEqual({});
});

it("knows what terms are asked for", () => {
  expect(isSubscription("max", "")).toBe(true);
  expect(isSubscription("token", " sk-ant-oat01-x")).toBe(true);
  expect(isSubscription("token", "sk-ant-other")).toBe(false);
  expect(isSubscription("api-key", "sk-ant-oat01-x")).toBe(false);
});
