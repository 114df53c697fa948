// One request beside the list (a page of its own on a phone): what it was at a glance, and all about it in tabs.
import { ActionIcon, Tabs, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import "@mantine/core/styles/Tabs.layer.css";
import { api, type Schemas } from "~/api/client";
import { CopyButton } from "~/components/CopyButton";
import { ErrorState, Skeleton } from "~/components/Notice";
import { requestState } from "~/components/RequestTable";
import { StateBadge } from "~/components/StateBadge";
import { useUrlChoices } from "~/components/search-params";
import { Cost } from "./Cost";
import { Decision } from "./Decision";
import css from "./Detail.module.css";
import { Summary } from "./Summary";
import { Timing } from "./Timing";

const ConversationTab = lazy(() => import("./ConversationTab"));
const RawTab = lazy(() => import("./RawTab"));

const TABS = ["conversation", "timing", "decision", "cost", "raw"] as const;
type Tab = (typeof TABS)[number];

interface DetailProps {
  id: string;
  onClose: () => void;
  onNewer: (() => void) | undefined;
  onOlder: (() => void) | undefined;
}

export default function Detail({ id, onClose, onNewer, onOlder }: DetailProps) {
  const { data, error, refetch } = useQuery({
    queryKey: ["requests", "detail", id],
    queryFn: ({ signal }) => api.get("/api/requests/{request_id}", { path: { request_id: id }, signal }),
  });
  const [state, word] = data ? requestState(data) : (["idle", "…"] as const);
  return (
    <section className={css.detail} aria-label="Request" aria-busy={!data && !error}>
      <header className={css.header}>
        <StateBadge state={state}>{word}</StateBadge>
        <h2 title={data?.model ?? data?.path}>{data?.model ?? data?.path ?? "Request"}</h2>
        <Step label="Newer request" hint="k" onClick={onNewer} icon={<IconArrowUp size={16} aria-hidden />} />
        <Step label="Older request" hint="j" onClick={onOlder} icon={<IconArrowDown size={16} aria-hidden />} />
        <Step label="Close" hint="Esc" onClick={onClose} icon={<IconX size={16} aria-hidden />} />
      </header>
      <p className={css.id}>
        <code>{id}</code>
        <CopyButton text={id} label="Copy the id" />
      </p>
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <Loaded detail={data} />
      ) : (
        <div className={css.body}>
          <Skeleton height={96} />
          <Skeleton height={280} />
        </div>
      )}
    </section>
  );
}

function Loaded({ detail }: { detail: Schemas["RequestDetail"] }) {
  const { values, set } = useUrlChoices(["tab"]);
  const tab: Tab = TABS.find((each) => each === values.tab) ?? "conversation";
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  return (
    <>
      <Summary detail={detail} />
      <Tabs
        className={css.tabs}
        value={tab}
        onChange={(next) => set("tab", next === "conversation" ? undefined : (next ?? undefined))}
      >
        <Tabs.List>
          {TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {each.charAt(0).toUpperCase() + each.slice(1)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} className={css.panel}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
          <div ref={setScroller} className={css.body} tabIndex={0} role="group" aria-label={tab}>
            <Suspense fallback={<Skeleton height={280} />}>
              {tab === "conversation" && <ConversationTab detail={detail} scroller={scroller} />}
              {tab === "timing" && <Timing detail={detail} />}
              {tab === "decision" && <Decision id={detail.id} />}
              {tab === "cost" && <Cost detail={detail} />}
              {tab === "raw" && <RawTab detail={detail} />}
            </Suspense>
          </div>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

interface StepProps {
  label: string;
  hint: string;
  icon: React.ReactNode;
  onClick: (() => void) | undefined;
}

function Step({ label, hint, icon, onClick }: StepProps) {
  return (
    <Tooltip label={`${label} (${hint})`}>
      <ActionIcon aria-label={label} disabled={!onClick} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
