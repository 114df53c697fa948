// The charts of a range: one crosshair for all, dragging over any of them looks closer.
import { useMemo } from "react";
import type { Schemas } from "~/api/client";
import { DURATION_STEPS, WHOLE_STEPS } from "~/charts/axes";
import { type Band, type Series, TimeSeries } from "~/charts/TimeSeries";
import { count, money, percent, type Quantity, tokens } from "~/format/number";
import { duration } from "~/format/time";
import css from "./analytics.module.css";
import { line, PERCENTILE_BANDS, percentiles, STACK_STRENGTH, stack, stackBands, TOKEN_KINDS, timesOf } from "./series";

interface ChartsProps {
  analytics: Schemas["AnalyticsResource"];
  timeZone: string;
  onZoom: (from: number, to: number) => void;
}

interface Chart {
  title: string;
  note: string;
  series: Series[];
  bands?: readonly Band[];
  format: (value: number | null) => Quantity;
  steps?: readonly number[];
  top?: number;
}

export function Charts({ analytics, timeZone, onZoom }: ChartsProps) {
  const { points } = analytics;
  const times = useMemo(() => timesOf(points), [points]);
  const charts = useMemo(() => chartsOf(points), [points]);
  return (
    <div className={css.charts}>
      {charts.map((each) => (
        <div key={each.title} className={css.chart}>
          <TimeSeries {...each} heading times={times} timeZone={timeZone} onZoom={onZoom} group="analytics" />
        </div>
      ))}
    </div>
  );
}

type Points = Schemas["Point"][];

const chartsOf = (points: Points): Chart[] => [...amounts(points), ...speeds(points), ...detours(points)];

function amounts(points: Points): Chart[] {
  return [
    {
      title: "Requests",
      note: "in each interval",
      series: [
        line(points, "All", (each) => each.requests, { filled: true }),
        line(points, "Failed", (each) => each.errors, { color: "var(--limited)" }),
      ],
      format: count,
      steps: WHOLE_STEPS,
    },
    {
      title: "Tokens",
      note: "by kind",
      series: stack(points, TOKEN_KINDS).map((each, index, all) =>
        index === all.length - 1 ? { ...each, filled: STACK_STRENGTH } : each,
      ),
      bands: stackBands(TOKEN_KINDS.length),
      format: tokens,
      steps: WHOLE_STEPS,
    },
    {
      title: "Cost",
      note: "US dollars",
      series: [line(points, "Cost", (each) => each.costUsd, { filled: true })],
      format: money,
    },
    {
      title: "Prompt cache",
      note: "share of the input that is read from it",
      series: [line(points, "Cache hits", (each) => each.cacheHitRate, { color: "var(--series-2)", filled: true })],
      format: percent,
      top: 1,
    },
  ];
}

function speeds(points: Points): Chart[] {
  return [
    {
      title: "Duration",
      note: "start to end",
      series: percentiles(points, "duration", "var(--series-0)"),
      bands: PERCENTILE_BANDS,
      format: duration,
      steps: DURATION_STEPS,
    },
    {
      title: "Time to first token",
      note: "start to first content",
      series: percentiles(points, "ttft", "var(--series-1)"),
      bands: PERCENTILE_BANDS,
      format: duration,
      steps: DURATION_STEPS,
    },
    {
      title: "Output speed",
      note: "tokens per second of streams",
      series: [line(points, "Tokens/s", (each) => each.tokensPerSecond, { filled: true })],
      format: count,
    },
    {
      title: "Overhead",
      note: "time spent in Claudeflare itself",
      series: percentiles(points, "overhead", "var(--series-3)"),
      bands: PERCENTILE_BANDS,
      format: duration,
      steps: DURATION_STEPS,
    },
  ];
}

function detours(points: Points): Chart[] {
  return [
    {
      title: "Failovers and waits",
      note: "in each interval",
      series: [
        line(points, "Failovers", (each) => each.failovers, { color: "var(--near)" }),
        line(points, "Waited", (each) => each.waits, { color: "var(--series-4)" }),
      ],
      format: count,
      steps: WHOLE_STEPS,
    },
    {
      title: "Time in the queue",
      note: "of those that waited",
      series: percentiles(points, "queued", "var(--series-4)"),
      bands: PERCENTILE_BANDS,
      format: duration,
      steps: DURATION_STEPS,
    },
  ];
}
