// One block of a message: text, thinking, a tool with its result, an image, or whatever it is.
import { Button } from "@mantine/core";
import { lazy, Suspense } from "react";
import { CopyButton } from "~/components/CopyButton";
import { StateBadge } from "~/components/StateBadge";
import { text as asText, bytes, count } from "~/format/number";
import type { Block, Citation, ToolUse } from "../conversation/blocks";
import css from "./Conversation.module.css";
import { Fold } from "./Fold";
import { useOpened } from "./opened";

const Markdown = lazy(() => import("./Markdown"));

/** Longer texts are clipped at first; far longer ones are not laid out as Markdown. */
const CLIP = 6_000;
const MARKDOWN_MOST = 200_000;

export function BlockView({ block, id }: { block: Block; id: string }) {
  return (
    <div className={css.block}>
      <Shown block={block} id={id} />
      {block.cacheMark && (
        <span className={css.mark} title="The prompt cache was asked to keep everything up to here">
          {`cache mark, ${block.cacheMark === "1h" ? "1 h" : block.cacheMark.replace("m", " min")}`}
        </span>
      )}
    </div>
  );
}

export function BlockList({ blocks, id }: { blocks: readonly Block[]; id: string }) {
  return blocks.map((block, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: blocks never move
    <BlockView key={index} block={block} id={`${id}.${index}`} />
  ));
}

function Shown({ block, id }: { block: Block; id: string }) {
  switch (block.kind) {
    case "text":
      return (
        <>
          <Prose text={block.text} id={id} />
          {block.citations.length > 0 && <Citations citations={block.citations} />}
        </>
      );
    case "thinking":
      if (block.hidden) return <p className={css.quiet}>Thinking, not shown by the API</p>;
      return (
        <Fold id={id} title="Thinking" aside={<Size of={block.text} />}>
          {() => <Prose text={block.text} id={`${id}.text`} />}
        </Fold>
      );
    case "tool":
      return <Tool tool={block} id={id} />;
    case "result":
      return (
        <Fold id={id} title="Result of an earlier call" aside={block.failed && <Failed />}>
          {() => <Result blocks={block.blocks} id={id} />}
        </Fold>
      );
    case "image":
      return <Image mediaType={block.mediaType} data={block.data} source={block.source} />;
    case "document":
      return (
        <Fold id={id} title={`${block.title} (${block.mediaType})`}>
          {() =>
            block.text === null ? (
              <p className={css.quiet}>{block.source || "Its content is in Raw."}</p>
            ) : (
              <Plain text={block.text} id={`${id}.text`} />
            )
          }
        </Fold>
      );
    case "raw":
      return (
        <Fold id={id} title={block.type}>
          {() => <JsonText value={block.value} id={id} />}
        </Fold>
      );
  }
}

function Tool({ tool, id }: { tool: ToolUse; id: string }) {
  const { result } = tool;
  const state = result === null ? null : result.failed ? <Failed /> : <StateBadge state="ok">done</StateBadge>;
  const title = (
    <>
      <strong>{tool.name}</strong> <span className={css.quiet}>{firstWords(tool.input)}</span>
    </>
  );
  return (
    <Fold id={id} title={title} aside={state}>
      {() => (
        <div className={css.tool}>
          <h4>{tool.server ? "Input, run by the API" : "Input"}</h4>
          {tool.brokenOff && <p className={css.quiet}>The stream ended before the input was whole.</p>}
          <JsonText value={tool.input} id={`${id}.input`} />
          <h4>Result</h4>
          {result ? (
            <Result blocks={result.blocks} id={`${id}.result`} />
          ) : (
            <p className={css.quiet}>Not in this request: it comes with the next one.</p>
          )}
        </div>
      )}
    </Fold>
  );
}

function Result({ blocks, id }: { blocks: readonly Block[]; id: string }) {
  if (blocks.length === 0) return <p className={css.quiet}>Empty</p>;
  return blocks.map((block, index) =>
    // Output of programs: its lines matter, and it is no Markdown.
    block.kind === "text" ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: blocks never move
      <Plain key={index} text={block.text} id={`${id}.${index}`} />
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: blocks never move
      <BlockView key={index} block={block} id={`${id}.${index}`} />
    ),
  );
}

function Prose({ text, id }: { text: string; id: string }) {
  return (
    <Clipped text={text} id={id}>
      {(part) =>
        part.length > MARKDOWN_MOST ? (
          <pre className={css.plain}>{part}</pre>
        ) : (
          <Suspense fallback={<p className={css.pending}>{part}</p>}>
            <Markdown text={part} />
          </Suspense>
        )
      }
    </Clipped>
  );
}

function Plain({ text, id }: { text: string; id: string }) {
  return (
    <Clipped text={text} id={id}>
      {(part) => <pre className={css.plain}>{part}</pre>}
    </Clipped>
  );
}

function JsonText({ value, id }: { value: unknown; id: string }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return (
    <div className={css.json}>
      <CopyButton text={text} label="Copy this JSON" />
      <Plain text={text} id={`${id}.json`} />
    </div>
  );
}

interface ClippedProps {
  text: string;
  id: string;
  children: (part: string) => React.ReactNode;
}

function Clipped({ text, id, children }: ClippedProps) {
  const [all, toggle] = useOpened(`${id}.all`);
  if (text.length <= CLIP) return children(text);
  return (
    <>
      {children(all ? text : text.slice(0, CLIP))}
      <Button variant="subtle" onClick={toggle} className={css.more}>
        {all ? "Show less" : `Show all ${count(text.length).exact} characters`}
      </Button>
    </>
  );
}

function Image({ mediaType, data, source }: { mediaType: string; data: string | null; source: string }) {
  const safe = /^image\/(png|jpeg|gif|webp)$/.test(mediaType);
  if (data === null || !safe) return <p className={css.quiet}>{`Image, ${source || mediaType}`}</p>;
  const size = asText(bytes(Math.floor((data.length * 3) / 4)));
  return (
    <figure className={css.image}>
      <img src={`data:${mediaType};base64,${data}`} alt={`Sent with the message, ${mediaType}`} />
      <figcaption>{`${mediaType}, ${size}`}</figcaption>
    </figure>
  );
}

function Citations({ citations }: { citations: readonly Citation[] }) {
  return (
    <ul className={css.citations} aria-label="Citations">
      {citations.map((each, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: citations never move
        <li key={index} title={each.text}>
          {each.url ? (
            <a href={each.url} target="_blank" rel="noopener noreferrer nofollow">
              {each.title}
            </a>
          ) : (
            each.title
          )}
        </li>
      ))}
    </ul>
  );
}

const Failed = () => <StateBadge state="limited">failed</StateBadge>;
const Size = ({ of }: { of: string }) => <span className={css.quiet}>{`${asText(count(of.length))} characters`}</span>;

/** What a call is about, on its folded line: the first text of its input. */
function firstWords(input: unknown): string {
  const values = typeof input === "object" && input !== null ? Object.values(input) : [];
  const first = values.find((each) => typeof each === "string");
  return typeof first === "string" ? first.slice(0, 120) : "";
}
