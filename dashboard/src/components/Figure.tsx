// A number with its unit small and its exact value on hover.
import * as number from "~/format/number";
import * as time from "~/format/time";
import css from "./Figure.module.css";

interface FigureProps {
  quantity: number.Quantity;
  /** A whole word where the unit alone would not do, e.g. "requests". */
  noun?: string | undefined;
}

export function Figure({ quantity, noun }: FigureProps) {
  const unit = quantity === number.UNKNOWN ? "" : [quantity.unit, noun].filter(Boolean).join(" ");
  return (
    <span className={css.figure} title={quantity.exact}>
      {quantity.value}
      {unit && <span className={css.unit}>{`\u202f${unit}`}</span>}
    </span>
  );
}

type Value = { value: number | null | undefined };

export const Count = ({ value, noun }: Value & { noun?: string | undefined }) => (
  <Figure quantity={number.count(value)} noun={noun} />
);
export const Tokens = ({ value }: Value) => <Figure quantity={number.tokens(value)} />;
export const Money = ({ value }: Value) => <Figure quantity={number.money(value)} />;
export const Percent = ({ value }: Value) => <Figure quantity={number.percent(value)} />;
export const Bytes = ({ value }: Value) => <Figure quantity={number.bytes(value)} />;
/** Milliseconds. */
export const Duration = ({ value }: Value) => <Figure quantity={time.duration(value)} />;
