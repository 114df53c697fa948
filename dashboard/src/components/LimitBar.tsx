// How much of one limit is used, with the time until all of it is there again.
import { percent, text } from "~/format/number";
import { absolute, moment, span } from "~/format/time";
import { useNow } from "./clock";
import css from "./LimitBar.module.css";
import type { State } from "./StateBadge";

interface LimitBarProps {
  label: string;
  /** Share used, 0 to 1 and beyond; null: unknown. */
  used: number | null;
  /** When all of it is there again, ISO 8601. */
  resetsAt?: string | null;
  /** Shares from which it is near its end, and at its end. */
  near?: number;
  /** Share that will be used at the reset if it goes on like this; drawn behind. */
  expected?: number | null | undefined;
}

export function limitState(used: number | null, near = 0.8): State {
  if (used === null) return "idle";
  return used >= 1 ? "limited" : used >= near ? "near" : "ok";
}

const WORDS: Record<State, string> = { ok: "", near: "near its end", limited: "used up", idle: "not known yet" };

export function LimitBar({ label, used, resetsAt, near, expected = null }: LimitBarProps) {
  const now = useNow();
  const reset = moment(resetsAt);
  const state = limitState(used, near);
  const left = reset === null || reset - now < 1000 ? null : span((reset - now) / 1000);
  const share = used === null ? "–" : text(percent(used));
  const ahead = expected === null || left === null ? null : `${text(percent(expected))} expected by then`;
  const said = [share, WORDS[state], left && `resets in ${left}`, ahead].filter(Boolean).join(", ");
  return (
    <div className={css.limit} data-state={state}>
      <span className={css.label}>{label}</span>
      <span
        className={css.track}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(Math.min(used ?? 0, 1) * 100)}
        aria-valuetext={said}
        title={ahead === null ? undefined : `${share} used, ${ahead}`}
      >
        {ahead !== null && (
          <span
            className={css.expected}
            data-state={limitState(expected, near)}
            style={{ transform: `scaleX(${Math.min(expected ?? 0, 1)})` }}
          />
        )}
        <span className={css.fill} style={{ transform: `scaleX(${Math.min(used ?? 0, 1)})` }} />
      </span>
      <span className={css.share}>{share}</span>
      <span className={css.reset} title={reset === null ? undefined : `resets at ${absolute(reset)}`}>
        {left ?? ""}
      </span>
    </div>
  );
}
