// One figure with what it is and how it compares.
import type { Quantity } from "~/format/number";
import { percent, text } from "~/format/number";
import { Figure } from "./Figure";
import css from "./Stat.module.css";

interface StatProps {
  label: string;
  quantity: Quantity;
  noun?: string | undefined;
  /** By which share it differs, and from what: a delta always says against what. */
  delta?: { share: number | null; against: string; good?: "up" | "down" } | undefined;
  /** A smaller line below, instead of a delta. */
  note?: React.ReactNode;
  /** Drawn under the figure, e.g. a Sparkline. */
  children?: React.ReactNode;
}

export function Stat({ label, quantity, noun, delta, note, children }: StatProps) {
  return (
    <div className={css.stat}>
      <dt className={css.label}>{label}</dt>
      <dd className={css.value}>
        <Figure quantity={quantity} noun={noun} />
      </dd>
      <dd className={css.note}>
        {delta && <Delta {...delta} />}
        {note}
      </dd>
      {children && <dd className={css.drawing}>{children}</dd>}
    </div>
  );
}

function Delta({ share, against, good }: NonNullable<StatProps["delta"]>) {
  if (share === null) return <span>{`nothing ${against} to compare with`}</span>;
  if (Math.abs(share) < 0.005) return <span>{`same as ${against}`}</span>;
  const up = share >= 0;
  const quality = good === undefined ? undefined : up === (good === "up") ? "ok" : "near";
  return (
    <span>
      <span data-state={quality} className={css.delta}>{`${up ? "+" : "−"}${text(percent(Math.abs(share)))}`}</span>
      {` vs ${against}`}
    </span>
  );
}

/** Figures in a row that wraps. */
export function Stats({ children, label }: { children: React.ReactNode; label: string }) {
  return (
    <dl className={css.stats} aria-label={label}>
      {children}
    </dl>
  );
}
