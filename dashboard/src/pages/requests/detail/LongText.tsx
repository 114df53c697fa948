// A text of any length, searchable: pieces out of sight are not laid out.
import { ActionIcon, TextInput } from "@mantine/core";
import "@mantine/core/styles/Input.layer.css";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { count } from "~/format/number";
import css from "./LongText.module.css";
import { type Match, MOST_MATCHES, matchesIn, piecesOf } from "./long-text";

export function LongText({ text, label }: { text: string; label: string }) {
  const pieces = useMemo(() => piecesOf(text), [text]);
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const sought = useDeferredValue(wanted);
  const matches = useMemo(() => matchesIn(pieces, sought), [pieces, sought]);
  const current = matches[at % Math.max(matches.length, 1)];
  const marked = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another one is current
  useEffect(() => {
    // Its promise is nobody's: an effect may only return what ends it.
    void marked.current?.scrollIntoView({ block: "center" });
  }, [current]);
  const go = (step: number) => setAt((now) => (now + step + matches.length) % Math.max(matches.length, 1));
  const most = matches.length >= MOST_MATCHES;
  return (
    <div>
      <div className={css.search}>
        <TextInput
          aria-label={`Search in the ${label}`}
          placeholder={`Search in the ${label}`}
          value={wanted}
          onChange={(event) => {
            setWanted(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={(event) => event.key === "Enter" && go(event.shiftKey ? -1 : 1)}
        />
        {sought && (
          <span role="status">
            {matches.length === 0
              ? "not found"
              : `${count(at + 1).exact} of ${most ? "more than " : ""}${count(matches.length).exact}`}
          </span>
        )}
        <ActionIcon aria-label="Previous match" disabled={matches.length === 0} onClick={() => go(-1)}>
          <IconChevronUp size={14} aria-hidden />
        </ActionIcon>
        <ActionIcon aria-label="Next match" disabled={matches.length === 0} onClick={() => go(1)}>
          <IconChevronDown size={14} aria-hidden />
        </ActionIcon>
      </div>
      <div className={css.text}>
        {pieces.map((piece, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces never move
          <pre key={index}>
            {current?.piece === index ? (
              <Marked piece={piece} match={current} length={sought.length} at={marked} />
            ) : (
              piece
            )}
          </pre>
        ))}
      </div>
    </div>
  );
}

interface MarkedProps {
  piece: string;
  match: Match;
  length: number;
  at: React.RefObject<HTMLElement | null>;
}

function Marked({ piece, match, length, at }: MarkedProps) {
  const end = match.from + length;
  return (
    <>
      {piece.slice(0, match.from)}
      <mark ref={at}>{piece.slice(match.from, end)}</mark>
      {piece.slice(end)}
    </>
  );
}
