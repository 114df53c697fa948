// A browser's user agent in words: "Firefox on Linux".

const BROWSERS: readonly [RegExp, string][] = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/Chrom(e|ium)\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Mac OS X/, "macOS"],
  [/Windows/, "Windows"],
  [/Linux/, "Linux"],
];

/** What can be recognized of it; browsers name their rivals too, so the order matters. */
export function agentWords(agent: string | null | undefined): string {
  if (!agent) return "Unknown browser";
  const found = (all: readonly [RegExp, string][]) => all.find(([pattern]) => pattern.test(agent))?.[1];
  const browser = found(BROWSERS) ?? "Browser";
  const system = found(SYSTEMS);
  return system ? `${browser} on ${system}` : browser;
}
