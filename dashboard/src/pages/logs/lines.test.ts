// Which log lines are kept and shown.
import { describe, expect, it } from "vitest";
import { asText, KEPT, type Line, processesOf, wantedLines, withNew } from "./lines";

const line = (given: Partial<Line> = {}): Line => ({
  id: 1,
  time: "2026-11-23T10:00:00.000Z",
  level: "info",
  process: "control",
  logger: "claudeflare.ingest",
  message: "read on",
  traceback: null,
  ...given,
});

describe("withNew", () => {
  it("numbers what comes on", () => {
    expect(withNew([line({ id: 7 })], [line(), line()]).map((each) => each.id)).toEqual([7, 8, 9]);
  });
  it("lets the oldest go", () => {
    const full = Array.from({ length: KEPT }, (_, index) => line({ id: index + 1 }));
    const kept = withNew(full, [line()]);
    expect(kept).toHaveLength(KEPT);
    expect(kept[0]?.id).toBe(2);
    expect(kept.at(-1)?.id).toBe(KEPT + 1);
  });
});

describe("wantedLines", () => {
  const lines = [
    line({ level: "debug" }),
    line({ level: "warn", process: "gateway 0" }),
    line({ traceback: "ValueError: no" }),
  ];
  it("shows all there is when nothing is asked", () => {
    expect(wantedLines(lines, { level: "debug" })).toBe(lines);
  });
  it("goes by level, process and text", () => {
    expect(wantedLines(lines, { level: "warn" })).toEqual([lines[1]]);
    expect(wantedLines(lines, { level: "debug", process: "gateway 0" })).toEqual([lines[1]]);
    expect(wantedLines(lines, { level: "debug", search: "VALUEERROR" })).toEqual([lines[2]]);
    expect(wantedLines(lines, { level: "debug", search: "claudeflare.INGEST" })).toHaveLength(3);
  });
});

it("names processes once, in order", () => {
  expect(processesOf([line({ process: "gateway 0" }), line(), line()])).toEqual(["control", "gateway 0"]);
});

it("copies a line with its traceback", () => {
  expect(asText(line({ level: "warn", traceback: "Boom" }))).toBe(
    "2026-11-23T10:00:00.000Z warn  control claudeflare.ingest: read on\nBoom",
  );
});
