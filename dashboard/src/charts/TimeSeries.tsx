// Lines over time: shared crosshair, drag to zoom, gaps shown as gaps, and the figures as a table for who wants them.
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { count, type Quantity } from "~/format/number";
import { Caption } from "./Caption";
import { Figures } from "./Figures";
import { plotOptions } from "./plot-options";
import { resolvedColor } from "./resolved-color";
import css from "./TimeSeries.module.css";

export interface Series {
  label: string;
  /** One for each of `times`; null is a gap, undefined none: the line goes on to the next value. */
  values: readonly (number | null | undefined)[];
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

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for series and bands, `scheme` for colors
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const around = {
      width: element.clientWidth,
      height,
      color: (name: string) => resolvedColor(element, name),
      format: () => write.current,
      zoom: () => zoom.current,
      onCursor: setCursor,
    };
    const made = new uPlot(plotOptions(props, around), latest.current, element);
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
