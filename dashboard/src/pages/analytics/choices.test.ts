// What the API is asked for.
import { describe, expect, it } from "vitest";
import { periodBefore, queryOf, zoomed } from "./choices";

describe("queryOf", () => {
  it("asks for a day by default", () => {
    expect(queryOf({}, "Europe/Berlin")).toEqual({ range: "24h", tz: "Europe/Berlin", mode: "normal" });
  });
  it("takes a custom span before a range", () => {
    expect(queryOf({ from: "1000", to: "2000", range: "7d" }, "UTC")).toEqual({
      from: "1000",
      to: "2000",
      tz: "UTC",
      mode: "normal",
    });
  });
  it("filters", () => {
    expect(queryOf({ account: "work", status: "429", mode: "cumulative" }, "UTC")).toMatchObject({
      accounts: "work",
      status: "429",
      mode: "cumulative",
    });
  });
});

describe("zoomed", () => {
  it("is the span in milliseconds", () => {
    expect(zoomed(1000, 4600)).toEqual({ from: "1000000", to: "4600000" });
  });
  it("is never shorter than a few points", () => {
    expect(zoomed(1000, 1010)).toEqual({ from: "855000", to: "1155000" });
  });
});

it("names the time before", () => {
  expect(periodBefore({})).toBe("the day before");
  expect(periodBefore({ range: "6h" })).toBe("the 6h before");
  expect(periodBefore({ from: "1" })).toBe("the time before");
});
