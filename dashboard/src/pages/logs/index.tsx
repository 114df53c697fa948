// What the server's processes log: as it comes, with pause, search and levels.
import { Button, Switch } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useMemo } from "react";
import "@mantine/core/styles/InlineInput.layer.css";
import "@mantine/core/styles/Switch.layer.css";
import { FilterBar } from "~/components/FilterBar";
import { useHotkeys } from "~/components/hotkeys";
import { EmptyState, ErrorState, Skeleton } from "~/components/Notice";
import { PageBody, PageTitle } from "~/components/PageTitle";
import { StateBadge } from "~/components/StateBadge";
import { useUrlChoices } from "~/components/search-params";
import { LogList } from "./LogList";
import { LEVELS, type Level, processesOf, wantedLines } from "./lines";
import { type Following, useLogStream, usePause } from "./log-stream";

const LEVEL_CHOICES = [
  { value: "debug", label: "Everything" },
  { value: "info", label: "Info and above" },
  { value: "warn", label: "Warnings and errors" },
  { value: "error", label: "Errors" },
];

export default function Logs() {
  const { lines, following, error, earlier, retry } = useLogStream();
  const { paused, toggle, shown, missed } = usePause(lines);
  const { values, set, clear } = useUrlChoices(["level", "process", "q", "wrap"]);
  const level = LEVELS.find((each) => each === values.level) ?? ("debug" satisfies Level);
  const wanted = useMemo(
    () => wantedLines(shown ?? [], { level, process: values.process, search: values.q }),
    [shown, level, values.process, values.q],
  );
  const wrap = values.wrap !== "off";
  useHotkeys({ p: toggle });
  const filters = [
    { name: "level", label: "Level", options: LEVEL_CHOICES },
    {
      name: "process",
      label: "Process",
      options: processesOf(lines ?? []).map((each) => ({ value: each, label: each })),
    },
  ];
  return (
    <PageBody wide>
      <PageTitle title="Logs" note="All processes of this server. LOG_LEVEL decides how much they say.">
        <FollowState following={following} paused={paused} missed={missed} />
        <Button
          leftSection={paused ? <IconPlayerPlay size={14} aria-hidden /> : <IconPlayerPause size={14} aria-hidden />}
          aria-keyshortcuts="p"
          onClick={toggle}
        >
          {paused ? "Go on" : "Pause"}
        </Button>
      </PageTitle>
      <FilterBar
        filters={filters}
        values={values}
        onChange={set}
        onClear={clear}
        search={{ name: "q", label: "Search" }}
      >
        <Switch
          label="Wrap lines"
          checked={wrap}
          onChange={(event) => set("wrap", event.currentTarget.checked ? undefined : "off")}
        />
      </FilterBar>
      {error ? (
        <ErrorState error={error} onRetry={retry} />
      ) : shown === undefined ? (
        <Skeleton height="calc(100dvh - 190px)" />
      ) : (
        <LogList
          lines={wanted}
          wrap={wrap}
          earlier={earlier}
          empty={<Empty all={shown.length === 0} onClear={clear} />}
        />
      )}
    </PageBody>
  );
}

function Empty({ all, onClear }: { all: boolean; onClear: () => void }) {
  if (all) return <EmptyState title="Nothing logged yet">Lines show up here as soon as a process logs one.</EmptyState>;
  return (
    <EmptyState title="No line like that">
      <Button onClick={onClear}>Show all lines</Button>
    </EmptyState>
  );
}

function FollowState({ following, paused, missed }: { following: Following; paused: boolean; missed: number }) {
  if (paused) return <StateBadge state="idle">{missed > 0 ? `paused, ${missed} new` : "paused"}</StateBadge>;
  if (following === "reconnecting") return <StateBadge state="near">reconnecting</StateBadge>;
  return <StateBadge state={following === "live" ? "ok" : "idle"}>{following}</StateBadge>;
}
