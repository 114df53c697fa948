// Keys that work anywhere on a page, but never while somebody types or a dialog is open.
import { useEffect, useRef } from "react";

export type Bindings = Record<string, () => void>;

/** How long the second key of a pair such as `g o` may take. */
const PAIR_MS = 1000;

export function inField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Enter and the space bar mean what has the focus. */
function pressesSomething(event: KeyboardEvent): boolean {
  const target = event.target;
  return event.key === "Enter" && target instanceof HTMLElement && target.closest("a, button, [role=tab]") !== null;
}

/** `{ "?": …, "g o": …, "mod+k": … }`; `mod` is Ctrl, or Cmd on a Mac, and works while typing too. */
export function useHotkeys(bindings: Bindings): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  useEffect(() => {
    let first = "";
    let firstAt = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      if (event.metaKey || event.ctrlKey) {
        const binding = latest.current[`mod+${event.key.toLowerCase()}`];
        if (binding) {
          event.preventDefault();
          binding();
        }
        return;
      }
      if (event.altKey || inField(event.target) || pressesSomething(event)) return;
      if (document.querySelector("[aria-modal=true]") !== null) return;
      const pair = event.timeStamp - firstAt < PAIR_MS ? latest.current[`${first} ${event.key}`] : undefined;
      const binding = pair ?? latest.current[event.key];
      first = event.key;
      firstAt = pair ? 0 : event.timeStamp;
      if (!binding) return;
      event.preventDefault();
      binding();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}
