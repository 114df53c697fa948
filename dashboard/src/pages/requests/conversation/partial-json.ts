// Reads JSON that breaks off: bodies cut at the recording limit, inputs of tools whose stream ended early.

export interface Read {
  value: unknown;
  /** Whether the text was whole. */
  whole: boolean;
}

/** What there is of it; null when not even a beginning makes sense. */
export function readJson(text: string): Read | null {
  try {
    return { value: JSON.parse(text), whole: true };
  } catch {
    const value = readBeginning(text);
    return value === undefined ? null : { value, whole: false };
  }
}

/** The value of a text that ends too early: what is complete of it, and the beginning of a text that was cut. */
function readBeginning(text: string): unknown {
  const end = scan(text);
  const body = end.inText ? text.slice(0, end.escapeAt ?? text.length) : text;
  const attempts = [
    body + (end.inText ? '"' : "") + end.closers,
    // A key without its value, or half a number: back to the last value that is whole.
    text.slice(0, end.cut) + end.closers,
  ];
  for (const attempt of attempts) {
    try {
      return JSON.parse(attempt);
    } catch {
      // The next attempt keeps less.
    }
  }
  return undefined;
}

interface End {
  inText: boolean;
  /** Where an escape began that the text does not finish. */
  escapeAt: number | null;
  /** Up to here everything is complete but for the brackets that are open. */
  cut: number;
  closers: string;
}

const UNICODE_ESCAPE = 6;

function scan(text: string): End {
  const open: string[] = [];
  let cut = 0;
  let inText = false;
  let at = 0;
  while (at < text.length) {
    const char = text[at];
    if (inText) {
      if (char === "\\") {
        const length = text[at + 1] === "u" ? UNICODE_ESCAPE : 2;
        if (at + length > text.length) return end(true, at);
        at += length;
        continue;
      }
      if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === "{" || char === "[") {
      open.push(char === "{" ? "}" : "]");
      cut = at + 1;
    } else if (char === "}" || char === "]") {
      open.pop();
      cut = at + 1;
    } else if (char === ",") cut = at;
    at += 1;
  }
  return end(inText, null);

  function end(within: boolean, escapeAt: number | null): End {
    return { inText: within, escapeAt, cut, closers: open.toReversed().join("") };
  }
}
