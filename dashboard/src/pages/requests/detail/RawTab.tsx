// Heads and bodies as they were sent and answered, secrets redacted.
import { Button, SegmentedControl } from "@mantine/core";
import "@mantine/core/styles/FloatingIndicator.layer.css";
import "@mantine/core/styles/SegmentedControl.layer.css";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Schemas, urlOf } from "~/api/client";
import { CopyButton } from "~/components/CopyButton";
import { Bytes } from "~/components/Figure";
import { EmptyState, Skeleton } from "~/components/Notice";
import { LongText } from "./LongText";
import { NotRecorded } from "./NotRecorded";
import css from "./RawTab.module.css";
import { type RecordedPart, recordingQuery } from "./recording";

type Side = "request" | "response";

export default function RawTab({ detail }: { detail: Schemas["RequestDetail"] }) {
  const { data, error, refetch } = useQuery(recordingQuery(detail.id));
  const [side, setSide] = useState<Side>("request");
  if (error) return <NotRecorded error={error} detail={detail} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={280} />;
  const part = data[side];
  return (
    <div className={css.raw}>
      <SegmentedControl
        aria-label="Which side"
        data={[
          { value: "request", label: "Request" },
          { value: "response", label: "Answer" },
        ]}
        value={side}
        onChange={(value) => setSide(value as Side)}
      />
      {part === null ? (
        <EmptyState title={`No ${side === "request" ? "request body" : "answer"} on record`}>
          There was none, or it could not be recorded.
        </EmptyState>
      ) : (
        <Part key={side} part={part} side={side} detail={detail} />
      )}
    </div>
  );
}

function Part({ part, side, detail }: { part: RecordedPart; side: Side; detail: Schemas["RequestDetail"] }) {
  const first =
    side === "request"
      ? `${detail.method} ${detail.path}${detail.query && `?${detail.query}`}`
      : `HTTP ${detail.statusCode}`;
  const head = [first, ...part.fields.map((field) => `${field.name}: ${field.value}`)].join("\n");
  const path = { request_id: detail.id };
  return (
    <>
      <section aria-label="Head">
        <header className={css.title}>
          <h3>Head</h3>
          <CopyButton text={head} label="Copy the head" />
        </header>
        <pre className={css.head}>{head}</pre>
      </section>
      <section aria-label="Body">
        <header className={css.title}>
          <h3>Body</h3>
          <span className={css.size}>
            <Bytes value={part.size} />
            {part.contentEncoding && ` as ${part.contentEncoding}`}
            {part.truncated && (
              <>
                , the first <Bytes value={part.captured} /> on record
              </>
            )}
          </span>
          {!part.base64 && <CopyButton text={part.body} label="Copy the body" />}
          <Button
            component="a"
            className={css.download}
            href={urlOf("/api/requests/{request_id}/payload", { path, query: { part: side, raw: true } })}
            download
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            As sent
          </Button>
        </header>
        {part.base64 ? (
          <EmptyState title="Not text">Download it to look at it with another program.</EmptyState>
        ) : part.body === "" ? (
          <EmptyState title="The body is empty" />
        ) : (
          <LongText text={part.pretty ?? part.body} label={side === "request" ? "request" : "answer"} />
        )}
      </section>
    </>
  );
}
