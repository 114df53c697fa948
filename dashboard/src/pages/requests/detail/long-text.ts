// Long texts in pieces that a browser lays out one by one, and where something stands in them.

/** Lines in a piece, and characters: one line of a recorded image is millions long. */
const LINES = 120;
const CHARACTERS = 8_000;

/** Pieces that make up the text when joined; each ends with its line's end where it can. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let at = 0;
  while (at < text.length) {
    let end = at;
    for (let line = 0; line < LINES && end - at < CHARACTERS; line += 1) {
      const next = text.indexOf("\n", end);
      end = next < 0 ? text.length : next + 1;
      if (next < 0) break;
    }
    end = Math.min(end, at + CHARACTERS * 2);
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}

export const MOST_MATCHES = 10_000;

export interface Match {
  piece: number;
  from: number;
}

/** Where a text is found, any case. One that lies across two pieces counts to the first. */
export function matchesIn(pieces: readonly string[], wanted: string): Match[] {
  const found: Match[] = [];
  const needle = wanted.toLowerCase();
  if (needle === "") return found;
  for (const [piece, text] of pieces.entries()) {
    const beyond = (pieces[piece + 1] ?? "").slice(0, needle.length - 1);
    const within = (text + beyond).toLowerCase();
    for (let from = within.indexOf(needle); from >= 0; from = within.indexOf(needle, from + needle.length)) {
      if (from >= text.length) break;
      found.push({ piece, from });
      if (found.length >= MOST_MATCHES) return found;
    }
  }
  return found;
}
