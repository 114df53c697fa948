// Numbers for people: compact on the page, exact on hover.

/** A number with its unit apart, so that the unit can be set small. */
export interface Quantity {
  value: string;
  unit: string;
  /** The number in full, for hover and for screen readers. */
  exact: string;
}

const LOCALE = "en-US";
const NARROW_SPACE = "\u202f";
/** What was not measured, or cannot be known. */
export const UNKNOWN: Quantity = { value: "–", unit: "", exact: "unknown" };

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const exactly = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 6 });

/** Three significant digits below 100, none behind the point above: 3.41, 62.5, 840. */
function significant(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  return value.toFixed(digits);
}

const SCALES: [number, string][] = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
];

/** 1234567 -> 1.23 M. Below ten thousand the number is written out: 8,412. */
export function count(value: number | null | undefined, noun = ""): Quantity {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const exact = `${exactly.format(value)}${noun && ` ${noun}`}`;
  if (Math.abs(value) < 10_000) {
    return { value: Number.isInteger(value) ? whole.format(value) : significant(value), unit: "", exact };
  }
  // 999,999 rounds to 1 M, not to 1000 k.
  const [scale, unit] = SCALES.find(([size]) => Math.abs(value) >= size * 0.9995) as [number, string];
  return { value: significant(value / scale), unit, exact };
}

/** Tokens: as `count`. */
export function tokens(value: number | null | undefined): Quantity {
  return count(value, "tokens");
}

/** US dollars. Cents as far as they matter: $0.0042, $3.41, $1,204. */
export function money(value: number | null | undefined): Quantity {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  const exact = `${sign}$${exactly.format(size)}`;
  if (size >= 1e6) return { value: `${sign}$${significant(size / 1e6)}`, unit: "M", exact };
  if (size >= 1000) return { value: `${sign}$${whole.format(size)}`, unit: "", exact };
  if (size >= 0.01 || size === 0) return { value: `${sign}$${size.toFixed(2)}`, unit: "", exact };
  if (size < 0.0001) return { value: `${sign}<$0.0001`, unit: "", exact };
  return { value: `${sign}$${size.toFixed(4)}`, unit: "", exact };
}

/** A share of one: 0.625 -> 62 %. What is not nothing is never shown as 0, and what is not all never as 100. */
export function percent(share: number | null | undefined): Quantity {
  if (share === null || share === undefined || !Number.isFinite(share)) return UNKNOWN;
  const exact = `${exactly.format(share * 100)}${NARROW_SPACE}%`;
  const rounded = Math.round(share * 100);
  if (rounded === 0 && share > 0) return { value: "<1", unit: "%", exact };
  if (rounded === 100 && share < 1) return { value: (Math.floor(share * 1000) / 10).toFixed(1), unit: "%", exact };
  return { value: String(rounded), unit: "%", exact };
}

/** 1536 -> 1.5 KiB. */
export function bytes(value: number | null | undefined): Quantity {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = value;
  let step = 0;
  while (Math.abs(size) >= 1023.5 && step < units.length - 1) {
    size /= 1024;
    step += 1;
  }
  return { value: significant(size), unit: units[step] as string, exact: `${whole.format(value)} bytes` };
}

/** By how much `now` differs from `before`, as a share; null where there is nothing to compare with. */
export function change(now: number | null | undefined, before: number | null | undefined): number | null {
  if (now === null || now === undefined || before === null || before === undefined || before === 0) return null;
  return (now - before) / Math.abs(before);
}

/** As one string, e.g. for an axis. */
export function text(quantity: Quantity): string {
  return quantity.unit ? `${quantity.value}${NARROW_SPACE}${quantity.unit}` : quantity.value;
}
