// Short words about what was just done; read out, and gone by themselves unless something failed.
import { ActionIcon } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { type State, StateShape } from "./StateBadge";
import css from "./Toast.module.css";

interface Toast {
  id: number;
  state: State;
  text: string;
}

const SHOWN_MS = 5000;
let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function become(changed: readonly Toast[]): void {
  toasts = changed;
  for (const listener of listeners) listener();
}

function dismiss(id: number): void {
  become(toasts.filter((each) => each.id !== id));
}

function show(state: State, text: string): void {
  const id = next++;
  become([...toasts.slice(-3), { id, state, text }]);
  if (state !== "limited") setTimeout(() => dismiss(id), SHOWN_MS);
}

export const toast = {
  /** It was done. */
  done: (text: string) => show("ok", text),
  /** It failed; stays until it is read. */
  failed: (error: unknown) => show("limited", error instanceof Error ? error.message : String(error)),
};

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className={css.toasts} role="status" aria-live="polite">
      {shown.map(({ id, state, text }) => (
        <div key={id} className={css.toast}>
          <StateShape state={state} />
          <span>{text}</span>
          <ActionIcon size="sm" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <IconX size={14} aria-hidden />
          </ActionIcon>
        </div>
      ))}
    </div>
  );
}
