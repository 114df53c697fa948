// The page's choices, kept in its URL.
import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";

type Values = Record<string, string | undefined>;

/** What the URL says of these parameters, and how to change one. Replaces the history's entry: back leaves the page. */
export function useUrlChoices(names: readonly string[]) {
  const [params, setParams] = useSearchParams();
  const text = params.toString();
  const joined = names.join(" ");
  const values = useMemo(() => {
    const read = new URLSearchParams(text);
    return Object.fromEntries(joined.split(" ").map((name) => [name, read.get(name) ?? undefined])) as Values;
  }, [text, joined]);
  const set = useCallback(
    (name: string, value: string | undefined) =>
      setParams(
        (known) => {
          const next = new URLSearchParams(known);
          if (value === undefined) next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  const clear = useCallback(
    () =>
      setParams(
        (known) => {
          const next = new URLSearchParams(known);
          for (const name of joined.split(" ")) next.delete(name);
          return next;
        },
        { replace: true },
      ),
    [setParams, joined],
  );
  return { values, set, clear };
}
