import { expect, it } from "vitest";
import type { Schemas } from "~/api/client";
import { changeOf, draftOf } from "./change";

const account = {
  name: "work",
  tier: 5,
  priority: 0,
  reserve: 0.805,
  allowExtraUsage: null,
  baseUrl: null,
} as Schemas["AccountResource"];

it("shows an account and changes nothing by itself", () => {
  expect(draftOf(account)).toEqual({
    name: "work",
    tier: "5",
    priority: 0,
    reserve: 80.5,
    extraUsage: "server",
    baseUrl: "",
  });
  expect(changeOf(draftOf(account), account)).toEqual({});
});

it("sends what differs, and null for what is the server's own again", () => {
  const draft = {
    ...draftOf(account),
    name: " home ",
    tier: "20",
    priority: -2,
    reserve: "" as const,
    extraUsage: "no",
  };
  expect(changeOf({ ...draft, baseUrl: " https://a.example " }, account)).toEqual({
    name: "home",
    tier: 20,
    priority: -2,
    reserve: null,
    allowExtraUsage: false,
    baseUrl: "https://a.example",
  });
  const own = { ...account, allowExtraUsage: true, baseUrl: "https://a.example", reserve: null };
  expect(changeOf({ ...draftOf(own), extraUsage: "server", baseUrl: "", reserve: 75 }, own)).toEqual({
    allowExtraUsage: null,
    baseUrl: null,
    reserve: 0.75,
  });
});
