// The figures of simulated strategies beside one another: which is better, and by how much.
import type { Schemas } from "~/api/client";
import { count, money, percent, type Quantity } from "~/format/number";
import { duration } from "~/format/time";

export type Strategy = Schemas["SimulatedStrategy"];
export type Verdict = "better" | "worse" | "same" | "unknown";

export interface Measure {
  id: string;
  label: string;
  /** What the figure means, in a sentence. */
  meaning: string;
  value: (strategy: Strategy) => number | null;
  shown: (value: number | null) => Quantity;
  best: "low" | "high";
  /** Differences below this share of the other figure are noise. */
  noise: number;
}

export const MEASURES: readonly Measure[] = [
  {
    id: "client-limits",
    label: "Limits clients see",
    meaning: "Requests that end with a rate limit for their client.",
    value: (each) => each.clientRateLimits,
    shown: (value) => count(value, "requests"),
    best: "low",
    noise: 0,
  },
  {
    id: "upstream-limits",
    label: "Limits the API answers",
    meaning: "429 answers of the API, most of which no client sees.",
    value: (each) => each.upstreamRateLimits,
    shown: (value) => count(value, "answers"),
    best: "low",
    noise: 0.02,
  },
  {
    id: "wait",
    label: "Longest waits (p99)",
    meaning: "How long one of a hundred requests waits for an account.",
    value: (each) => each.waitP99Seconds * 1000,
    shown: (value) => (value === 0 ? { value: "none", unit: "", exact: "0 ms" } : duration(value)),
    best: "low",
    noise: 0.05,
  },
  {
    id: "cache",
    label: "Prompt cache kept",
    meaning: "Tokens read from the cache, against one account without limits.",
    value: (each) => each.cacheKept,
    shown: percent,
    best: "high",
    noise: 0.005,
  },
  {
    id: "moves",
    label: "Conversations moved",
    meaning: "Answers from another account than the one that gave the conversation's last.",
    value: (each) => each.moves,
    shown: (value) => count(value, "moves"),
    best: "low",
    noise: 0.02,
  },
  {
    id: "cost",
    label: "Cost",
    meaning: "Of the requests that were answered and have a known price.",
    value: (each) => each.costUsd,
    shown: money,
    best: "low",
    noise: 0.005,
  },
];

/** How `candidate` does against `current` in one measure. */
export function verdict(measure: Measure, candidate: Strategy, current: Strategy): Verdict {
  const now = measure.value(candidate);
  const before = measure.value(current);
  if (now === null || before === null) return "unknown";
  if (Math.abs(now - before) <= measure.noise * Math.max(Math.abs(before), Number.EPSILON)) return "same";
  return now < before === (measure.best === "low") ? "better" : "worse";
}

/** One sentence: what a change would bring. */
export function summary(candidate: Strategy, current: Strategy): string {
  const words = (wanted: Verdict) =>
    MEASURES.filter((each) => verdict(each, candidate, current) === wanted).map((each) => each.label.toLowerCase());
  const [better, worse] = [words("better"), words("worse")];
  if (better.length === 0 && worse.length === 0) return `${candidate.strategy} would have done the same.`;
  const parts = [
    better.length > 0 ? `better in ${listed(better)}` : "",
    worse.length > 0 ? `worse in ${listed(worse)}` : "",
  ].filter(Boolean);
  return `${candidate.strategy} would have been ${parts.join(", ")}.`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
