// A canvas knows no CSS variables: what a color is now, in the theme in force.

/** `var(--accent)` -> `oklch(…)`, as the browser computes it for this element. */
export function resolvedColor(element: HTMLElement, color: string): string {
  const probe = document.createElement("span");
  probe.style.color = color;
  probe.hidden = true;
  element.append(probe);
  const computed = getComputedStyle(probe).color;
  probe.remove();
  return computed;
}
