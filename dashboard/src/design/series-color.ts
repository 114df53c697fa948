// The color of an account or a model: the same on every page, and nobody else's while there are enough.

export const SERIES_COUNT = 8;

/** FNV-1a, 32 bits: small, and spreads short names well. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value;
}

/** The CSS color of a slot. */
export function seriesVariable(slot: number): string {
  return `var(--series-${slot % SERIES_COUNT})`;
}

/**
 * Name -> color. Each takes the slot of its hash, or the next free one; so a name keeps its color when names are added
 * behind it. Give them in an order that does not change, e.g. by age.
 */
export function seriesColors(names: readonly string[]): Map<string, string> {
  const colors = new Map<string, string>();
  let taken = new Set<number>();
  for (const name of names) {
    if (colors.has(name)) continue;
    if (taken.size === SERIES_COUNT) taken = new Set();
    let slot = hash(name) % SERIES_COUNT;
    while (taken.has(slot)) slot = (slot + 1) % SERIES_COUNT;
    taken.add(slot);
    colors.set(name, seriesVariable(slot));
  }
  return colors;
}

/** Color of a name about which no others are known. */
export function seriesColor(name: string): string {
  return seriesVariable(hash(name) % SERIES_COUNT);
}
