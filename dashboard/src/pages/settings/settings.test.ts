// Settings in words.
import { describe, expect, it } from "vitest";
import { actionWords, changeWords, matching, type Setting, shownValue, subjectWords, variableOf } from "./settings";

const setting = (name: string, value: Setting["value"], source = "default"): Setting => ({ name, value, source });

describe("shownValue", () => {
  it.each([
    [null, "–"],
    ["", "–"],
    [[], "–"],
    [["a", "b"], "a, b"],
    [18000000, "18,000,000"],
    [true, "true"],
  ])("%j is %s", (value, shown) => expect(shownValue(value)).toBe(shown));
});

it("spells variables as the documentation does", () => {
  expect(variableOf("port")).toBe("PORT");
  expect(variableOf("queue_limit")).toBe("CLAUDEFLARE_QUEUE_LIMIT");
});

describe("matching", () => {
  const settings = [setting("workers", 1), setting("port", 9000, "environment PORT"), setting("host", "127.0.0.1")];
  it("puts what somebody has set first", () => {
    expect(matching(settings, "").map((each) => each.name)).toEqual(["port", "host", "workers"]);
  });
  it("looks in names, variables, values and sources", () => {
    expect(matching(settings, "9,000").map((each) => each.name)).toEqual(["port"]);
    expect(matching(settings, "CLAUDEFLARE_work").map((each) => each.name)).toEqual(["workers"]);
    expect(matching(settings, "environment").map((each) => each.name)).toEqual(["port"]);
  });
});

it("says what was done", () => {
  expect(actionWords("pause-account")).toBe("Pause account");
  expect(changeWords({ paused: false, tier: 1 }, { paused: true, tier: 1 })).toBe("paused: no → yes · tier: 1 → 1");
  expect(changeWords(null, { id: "52d9", name: "work", reserve: null, paused: false })).toBe("name: work");
  expect(changeWords(null, { by: "link", userAgent: "Firefox/150.0 (Windows)" })).toBe("by: link · Firefox on Windows");
  expect(changeWords({ name: "work" }, null)).toBe("name: was work");
});

it("names what was changed, but not sign-ins, which have only numbers", () => {
  expect(subjectWords({ action: "pause-account", subject: "work" })).toBe("work");
  expect(subjectWords({ action: "sign-in", subject: "0eda9a45a643" })).toBe("");
  expect(subjectWords({ action: "rotate-token", subject: null })).toBe("");
});
