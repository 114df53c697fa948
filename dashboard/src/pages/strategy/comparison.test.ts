// Which of two simulated strategies is better.
import { describe, expect, it } from "vitest";
import { MEASURES, type Measure, type Strategy, summary, verdict } from "./comparison";

const strategy = (given: Partial<Strategy> = {}): Strategy => ({
  strategy: "session",
  requests: 1000,
  clientRateLimits: 0,
  upstreamRateLimits: 100,
  failovers: 5,
  moves: 10,
  waitP50Seconds: 0,
  waitP99Seconds: 2,
  waitMaxSeconds: 5,
  cacheReadTokens: 1_000_000,
  cacheWrittenTokens: 10_000,
  cacheKept: 0.99,
  costUsd: 40,
  unpricedRequests: 0,
  accounts: [],
  ...given,
});
const measure = (id: string): Measure => {
  const found = MEASURES.find((each) => each.id === id);
  if (!found) throw new Error(id);
  return found;
};

describe("verdict", () => {
  it("takes fewer limits for better", () => {
    expect(verdict(measure("client-limits"), strategy(), strategy({ clientRateLimits: 3 }))).toBe("better");
  });
  it("takes more cache for better", () => {
    expect(verdict(measure("cache"), strategy({ cacheKept: 0.5 }), strategy())).toBe("worse");
  });
  it("takes small differences for none", () => {
    expect(verdict(measure("cost"), strategy({ costUsd: 40.1 }), strategy())).toBe("same");
    expect(verdict(measure("client-limits"), strategy(), strategy())).toBe("same");
  });
  it("does not judge what is unknown", () => {
    expect(verdict(measure("cost"), strategy({ costUsd: null }), strategy())).toBe("unknown");
  });
  it("sees the first limit where there was none", () => {
    expect(
      verdict(measure("upstream-limits"), strategy({ upstreamRateLimits: 1 }), strategy({ upstreamRateLimits: 0 })),
    ).toBe("worse");
  });
});

describe("summary", () => {
  it("says when nothing would change", () => {
    expect(summary(strategy({ strategy: "weighted" }), strategy())).toBe("weighted would have done the same.");
  });
  it("names what is better and what is worse", () => {
    const other = strategy({ strategy: "headroom", upstreamRateLimits: 10, cacheKept: 0.6, costUsd: 60 });
    expect(summary(other, strategy())).toBe(
      "headroom would have been better in limits the api answers, worse in prompt cache kept and cost.",
    );
  });
});
