import { expect, test } from "vitest";
import { matchesIn, piecesOf } from "./long-text";

test.each(["", "one line", "a\nb\n", "x".repeat(100_000), "line\n".repeat(50_000)])(
  "pieces make up the text",
  (text) => {
    const pieces = piecesOf(text);
    expect(pieces.join("")).toBe(text);
    expect(Math.max(0, ...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(16_000);
  },
);

test("finds what it is asked for in any case, across pieces, and not more", () => {
  expect(matchesIn(["An Apple", "pie; apple"], "APPLE")).toEqual([
    { piece: 0, from: 3 },
    { piece: 1, from: 5 },
  ]);
  expect(matchesIn(["ab", "cd"], "bc")).toEqual([{ piece: 0, from: 1 }]);
  expect(matchesIn(["a"], "")).toEqual([]);
});
