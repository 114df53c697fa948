// What uPlot is told of a chart: its axes, lines, bands, and what becomes of the pointer.
import uPlot from "uplot";
import { text } from "~/format/number";
import { ceiling, lonely, timeLabel } from "./axes";
import type { Series, TimeSeriesProps } from "./TimeSeries";

const AXIS_FONT = "11px 'Inter Variable', system-ui, sans-serif";
/** Charts of a group show where the pointer is, and nothing else: a span is dragged over one of them. */
const SHARED_EVENTS = ["mousemove", "mouseleave"];

export interface PlotSurroundings {
  width: number;
  height: number;
  /** A CSS color as a canvas wants it. */
  color: (name: string) => string;
  /** How values are written now. */
  format: () => NonNullable<TimeSeriesProps["format"]>;
  /** What a dragged span leads to now. */
  zoom: () => TimeSeriesProps["onZoom"];
  onCursor: (index: number | null) => void;
}

export function plotOptions(chart: TimeSeriesProps, around: PlotSurroundings): uPlot.Options {
  const { series, bands = [], top, group, timeZone } = chart;
  const { color, width, height } = around;
  return {
    width,
    height,
    ...(timeZone ? { tzDate: (at: number) => uPlot.tzDate(new Date(at * 1000), timeZone) } : {}),
    cursor: {
      ...(group ? { sync: { key: group, filters: { pub: (event: string) => SHARED_EVENTS.includes(event) } } } : {}),
      points: { size: 6 },
      drag: { x: true, y: false, setScale: around.zoom() === undefined },
    },
    legend: { show: false },
    scales: { y: { range: (_plot, _least, most) => [0, top ?? ceiling(most)] } },
    axes: axes(chart, around),
    bands: bands.map((each) => ({
      series: [each.upper + 1, each.lower + 1],
      fill: color(faded(series[each.upper]?.color, each.strength ?? 16)),
    })),
    series: [{}, ...series.map((each) => line(each, color))],
    hooks: {
      setCursor: [(plot) => around.onCursor(plot.cursor.idx ?? null)],
      setSelect: [(plot) => zoomed(plot, around.zoom())],
    },
  };
}

function axes({ steps, timeZone }: TimeSeriesProps, { color, format }: PlotSurroundings): uPlot.Axis[] {
  const axis = {
    stroke: color("var(--text-3)"),
    font: AXIS_FONT,
    grid: { stroke: color("var(--border)"), width: 1 },
    ticks: { show: false },
  };
  return [
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
      values: (_plot, splits) => splits.map((each) => (each === 0 ? "0" : text(format()(each)))),
    },
  ];
}

function line(each: Series, color: PlotSurroundings["color"]): uPlot.Series {
  const stroke = color(each.color ?? "var(--accent)");
  return {
    label: each.label,
    stroke,
    width: 1.5,
    spanGaps: false,
    points: {
      show: false,
      size: 4,
      fill: stroke,
      filter: (plot: uPlot, index: number) => lonely(Array.from(plot.data[index] ?? [])),
    },
    ...(each.dashed ? { dash: [4, 4] } : {}),
    ...(each.filled ? { fill: color(faded(each.color, each.filled === true ? 14 : each.filled)) } : {}),
  };
}

/** A span was dragged over: where somebody else zooms, the selection is taken away again. */
function zoomed(plot: uPlot, zoom: TimeSeriesProps["onZoom"]): void {
  if (zoom === undefined || plot.select.width === 0) return;
  const from = plot.posToVal(plot.select.left, "x");
  const to = plot.posToVal(plot.select.left + plot.select.width, "x");
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  zoom(from, to);
}

const faded = (color: string | undefined, percent: number) =>
  `color-mix(in oklch, ${color ?? "var(--accent)"} ${percent}%, transparent)`;
