// The shape of a few numbers over time, without axes. Starts at zero.
import css from "./Sparkline.module.css";

interface SparklineProps {
  /** Oldest first; null is a gap. */
  values: readonly (number | null)[];
  /** What it shows, for screen readers; the figure beside it says the value. */
  label: string;
  color?: string;
  width?: number;
  height?: number;
}

export function Sparkline({ values, label, color = "var(--text-3)", width = 96, height = 24 }: SparklineProps) {
  return (
    <svg
      className={css.spark}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path d={path(values, width, height)} stroke={color} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

/** An SVG path: a line through the values, broken where there is none. */
export function path(values: readonly (number | null)[], width: number, height: number): string {
  const most = values.reduce<number>((found, each) => Math.max(found, each ?? 0), 0) || 1;
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  let drawing = false;
  return values
    .map((value, index) => {
      if (value === null) {
        drawing = false;
        return "";
      }
      const command = drawing ? "L" : "M";
      drawing = true;
      const y = height - 1 - (value / most) * (height - 2);
      return `${command}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}
