// Lines over time: shared crosshair, drag to zoom, gaps shown as gaps, and the figures as a table for who wants them.
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { count, type Quantity, text } from "~/format/number";
import { ceiling, lonely, timeLabel } from "./axes";
import { Caption } from "./Caption";
import { Figures } from "./Figures";
import { resolvedColor } from "./resolved-color";
import css from "./TimeSeries.module.css";

export interface Series {
  label: string;
  /** One for each of `times`; null is a gap. */
  values: readonly (number | null)[];
  /** What is written of each point, where that is not what is drawn: the parts of a stack. */
  shown?: readonly (number | null)[];
  /** A CSS color; the accent where nothing is said. */
  color?: string;
  /** Drawn down to zero; a number says how strongly, in percent. */
  filled?: boolean | number;
  dashed?: boolean;
}

/** The space between two of the series, e.g. p50 and p95. */
export interface Band {
  upper: number;
  lower: number;
  /** How strongly it is filled with the upper one's color, in percent. */
  strength?: number;
}

export interface TimeSeriesProps {
  title: string;
  /** The title is a heading of the page, with the values in a line of their own: a chart that is a panel by itself. */
  heading?: boolean;
  /** What exactly is shown, in a few words. */
  note?: string;
  /** Epoch seconds, ascending. */
  times: readonly number[];
  series: readonly Series[];
  bands?: readonly Band[];
  /** How a value is written; its unit included. */
  format?: (value: number | null) => Quantity;
  /** Which steps the value axis may have; decimal where nothing is said. */
  steps?: readonly number[];
  /** Where the value axis ends, whatever is drawn, e.g. 1 for shares. */
  top?: number;
  height?: number;
  /** Charts of one group show their crosshairs together. */
  group?: string;
  /** A span that was dragged over, in epoch seconds; without it dragging zooms this chart alone. */
  onZoom?: (from: number, to: number) => void;
  timeZone?: string;
}

const AXIS_FONT = "11px 'Inter Variable', system-ui, sans-serif";
/** Charts of a group show where the pointer is, and nothing else: a span is dragged over one of them. */
const SHARED_EVENTS = ["mousemove", "mouseleave"];

export function TimeSeries(props: TimeSeriesProps) {
  const { times, series, bands = [], format = count, steps, top, height = 200, group, onZoom, timeZone } = props;
  const id = useId();
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const scheme = useComputedColorScheme("dark");
  const [cursor, setCursor] = useState<number | null>(null);
  const zoom = useRef(onZoom);
  zoom.current = onZoom;

  // What changes only the numbers must not build the chart anew.
  const shape = JSON.stringify([
    series.map(({ label, color, filled, dashed }) => [label, color, filled, dashed]),
    bands,
  ]);
  const data = useMemo(
    () => [times, ...series.map((each) => each.values)] as unknown as uPlot.AlignedData,
    [times, series],
  );
  const latest = useRef(data);
  latest.current = data;
  const write = useRef(format);
  write.current = format;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the series, `scheme` for the colors
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const color = (name: string) => resolvedColor(element, name);
    const axis = {
      stroke: color("var(--text-3)"),
      font: AXIS_FONT,
      grid: { stroke: color("var(--border)"), width: 1 },
      ticks: { show: false },
    };
    const made = new uPlot(
      {
        width: element.clientWidth,
        height,
        ...(timeZone ? { tzDate: (at: number) => uPlot.tzDate(new Date(at * 1000), timeZone) } : {}),
        cursor: {
          ...(group
            ? { sync: { key: group, filters: { pub: (event: string) => SHARED_EVENTS.includes(event) } } }
            : {}),
          points: { size: 6 },
          drag: { x: true, y: false, setScale: onZoom === undefined },
        },
        legend: { show: false },
        scales: { y: { range: (_plot, _least, most) => [0, top ?? ceiling(most)] } },
        axes: [
          {
            ...axis,
            size: 28,
            space: 64,
            values: (_plot, splits, _axis, _space, step) => splits.map((each) => timeLabel(each, step, timeZone)),
          },
          {
            ...axis,
            size: 52,
            ...(steps ? { incrs: [...steps] } : {}),
            values: (_plot, splits) => splits.map((each) => (each === 0 ? "0" : text(write.current(each)))),
          },
        ],
        bands: bands.map((each) => ({
          series: [each.upper + 1, each.lower + 1],
          fill: color(faded(series[each.upper]?.color, each.strength ?? 16)),
        })),
        series: [
          {},
          ...series.map((each) => ({
            label: each.label,
            stroke: color(each.color ?? "var(--accent)"),
            width: 1.5,
            spanGaps: false,
            points: {
              show: false,
              size: 4,
              fill: color(each.color ?? "var(--accent)"),
              filter: (chart: uPlot, index: number) => lonely(Array.from(chart.data[index] ?? [])),
            },
            ...(each.dashed ? { dash: [4, 4] } : {}),
            ...(each.filled ? { fill: color(faded(each.color, each.filled === true ? 14 : each.filled)) } : {}),
          })),
        ],
        hooks: {
          setCursor: [(chart) => setCursor(chart.cursor.idx ?? null)],
          setSelect: [
            (chart) => {
              if (zoom.current === undefined || chart.select.width === 0) return;
              const from = chart.posToVal(chart.select.left, "x");
              const to = chart.posToVal(chart.select.left + chart.select.width, "x");
              chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              zoom.current(from, to);
            },
          ],
        },
      },
      latest.current,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, scheme, height, group, timeZone, steps, top, onZoom === undefined]);

  useEffect(() => plot.current?.setData(data), [data]);

  return (
    <figure className={css.figure} aria-labelledby={id}>
      <Caption {...props} id={id} cursor={cursor} />
      <div ref={frame} className={css.plot} style={{ height }} aria-hidden="true" />
      <Figures {...props} format={format} />
    </figure>
  );
}

const faded = (color: string | undefined, percent: number) =>
  `color-mix(in oklch, ${color ?? "var(--accent)"} ${percent}%, transparent)`;
