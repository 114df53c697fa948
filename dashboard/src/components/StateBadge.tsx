// A state in word, shape and color: never by color alone.
import css from "./StateBadge.module.css";

export type State = "ok" | "near" | "limited" | "idle";

const SHAPES: Record<State, string> = {
  ok: "M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Z",
  near: "M6 .8 11.2 6 6 11.2.8 6Z",
  limited: "M1.8 1.8h8.4v8.4H1.8Z",
  idle: "M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Zm0 1.6a2.9 2.9 0 1 1 0 5.8 2.9 2.9 0 0 1 0-5.8Z",
};

export function StateShape({ state, size = 10 }: { state: State; size?: number }) {
  return (
    <svg className={css.shape} data-state={state} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      <path d={SHAPES[state]} fillRule="evenodd" />
    </svg>
  );
}

export function StateBadge({ state, children }: { state: State; children: React.ReactNode }) {
  return (
    <span className={css.badge} data-state={state}>
      <StateShape state={state} />
      {children}
    </span>
  );
}
