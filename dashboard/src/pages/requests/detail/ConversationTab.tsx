// A request and its answer as a conversation: only what is in sight is drawn.
import { Switch } from "@mantine/core";
import "@mantine/core/styles/InlineInput.layer.css";
import "@mantine/core/styles/Switch.layer.css";
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useState } from "react";
import type { Schemas } from "~/api/client";
import { EmptyState, Skeleton } from "~/components/Notice";
import { StateBadge } from "~/components/StateBadge";
import { count } from "~/format/number";
import type { Answer, Conversation } from "../conversation/conversation";
import { BlockList } from "./BlockView";
import css from "./Conversation.module.css";
import { Fold } from "./Fold";
import { NotRecorded } from "./NotRecorded";
import { Opened } from "./opened";
import { Preamble } from "./Preamble";
import { recordingQuery } from "./recording";

interface TabProps {
  detail: Schemas["RequestDetail"];
  /** What scrolls; null until it is there. */
  scroller: HTMLDivElement | null;
}

/** From so many messages on, only those of this turn are shown at first. */
const MANY = 12;

export default function ConversationTab({ detail, scroller }: TabProps) {
  const { data, error, refetch } = useQuery(recordingQuery(detail.id));
  if (error) return <NotRecorded error={error} detail={detail} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={280} />;
  if (!data.conversation) {
    return (
      <EmptyState title="Not a conversation">
        {`${detail.method} ${detail.path} has no messages. Raw shows what was sent and answered.`}
      </EmptyState>
    );
  }
  return <Messages conversation={data.conversation} scroller={scroller} />;
}

function Messages({ conversation, scroller }: { conversation: Conversation } & Pick<TabProps, "scroller">) {
  const { messages, before, answer } = conversation;
  const [onlyNew, setOnlyNew] = useState(messages.length > MANY && before > 0);
  const opened = useMemo(() => new Map<string, boolean>(), []);
  const first = onlyNew ? before : 0;
  const items = useMemo(() => itemsOf(conversation, first), [conversation, first]);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller,
    estimateSize: () => 120,
    getItemKey: (index) => items[index]?.key ?? index,
    overscan: 3,
  });
  return (
    <Opened.Provider value={opened}>
      {before > 0 && (
        <Switch
          className={css.onlyNew}
          label={`Only what is new in this turn${onlyNew ? ` (${count(before).exact} earlier ${before === 1 ? "message" : "messages"} hidden)` : ""}`}
          checked={onlyNew}
          onChange={(event) => setOnlyNew(event.currentTarget.checked)}
        />
      )}
      <div className={css.messages} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => (
          <div
            key={item.key}
            data-index={item.index}
            ref={virtual.measureElement}
            className={css.item}
            style={{ transform: `translateY(${item.start}px)` }}
          >
            {items[item.index]?.view()}
          </div>
        ))}
      </div>
      {answer === null && messages.length > 0 && <p className={css.quiet}>No answer is on record.</p>}
    </Opened.Provider>
  );
}

interface Item {
  key: string;
  view: () => React.ReactNode;
}

function itemsOf(conversation: Conversation, first: number): Item[] {
  const { messages, answer, missing } = conversation;
  return [
    { key: "preamble", view: () => <Preamble conversation={conversation} /> },
    ...messages.slice(first).map((message, index) => {
      const id = `message ${first + index}`;
      return {
        key: id,
        view: () => (
          <article className={css.message} data-role={message.role}>
            <h3>{nameOf(message.role)}</h3>
            <BlockList blocks={message.blocks} id={id} />
          </article>
        ),
      };
    }),
    ...(missing ? [{ key: "missing", view: () => <Missing>{missing}</Missing> }] : []),
    ...(answer ? [{ key: "answer", view: () => <AnswerView answer={answer} /> }] : []),
  ];
}

function AnswerView({ answer }: { answer: Answer }) {
  return (
    <article className={css.message} data-role="assistant">
      <h3>
        Answer
        {answer.stopReason && <small>{`ended by ${answer.stopReason.replaceAll("_", " ")}`}</small>}
      </h3>
      <BlockList blocks={answer.blocks} id="answer" />
      {answer.error && (
        <p className={css.failure}>
          <StateBadge state="limited">{answer.error.type.replaceAll("_", " ")}</StateBadge> {answer.error.message}
        </p>
      )}
      {answer.missing && <Missing>{answer.missing}</Missing>}
      {answer.usage.length > 0 && (
        <Fold id="usage" title="Tokens, as the API counted them">
          {() => (
            <dl className={css.usage}>
              {answer.usage.map(([name, value]) => (
                <div key={name}>
                  <dt>{name.replaceAll("_", " ")}</dt>
                  <dd>{count(value).exact}</dd>
                </div>
              ))}
            </dl>
          )}
        </Fold>
      )}
    </article>
  );
}

function Missing({ children }: { children: string }) {
  return (
    <p className={css.missing}>
      <StateBadge state="near">cut off</StateBadge> {children}
    </p>
  );
}

function nameOf(role: string): string {
  return role === "user" ? "User" : role === "assistant" ? "Assistant" : role;
}
