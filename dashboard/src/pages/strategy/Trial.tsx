// Before a change: how the last days' requests would have fared under the strategy that is wanted.
import { Button, Progress } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { ApiError } from "~/api/client";
import { ErrorState } from "~/components/Notice";
import { Panel } from "~/components/Panel";
import { Segments } from "~/components/Segments";
import { percent, text } from "~/format/number";
import "@mantine/core/styles/Progress.layer.css";
import { Comparison } from "./Comparison";
import { useSimulation } from "./simulation";
import css from "./strategy.module.css";

const RANGES = [
  { value: "24h", label: "Last day" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
];

interface TrialProps {
  wanted: string;
  current: string;
  onCancel: () => void;
  /** The button that makes the change. */
  children: React.ReactNode;
}

export function Trial({ wanted, current, onCancel, children }: TrialProps) {
  const [since, setSince] = useState("7d");
  const { simulation, start } = useSimulation(since);
  useEffect(() => void start([wanted]), [start, wanted]);
  const place = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once when it opens, and once when there is more to see
  useEffect(() => {
    place.current?.closest("section")?.scrollIntoView({ block: "nearest" });
  }, [simulation.state === "done"]);
  const empty = simulation.state === "done" && simulation.result.requests === 0;
  return (
    <Panel
      title={`What ${wanted} would have done`}
      note={`Recorded requests, replayed against ${current} and ${wanted}. Nothing is sent anywhere.`}
    >
      <div ref={place} className={css.since}>
        <Segments label="Replay" options={RANGES} value={since} onChange={setSince} />
      </div>
      <div className={css.trial} aria-live="polite">
        {simulation.state === "running" && <Running done={simulation.done} />}
        {simulation.state === "failed" && (
          <ErrorState
            error={simulation.error}
            {...(retriable(simulation.error) ? { onRetry: () => void start([wanted]) } : {})}
          />
        )}
        {empty && (
          <p>No request of that time can be replayed, so nothing can be foretold. It can be used all the same.</p>
        )}
        {simulation.state === "done" && !empty && <Comparison result={simulation.result} wanted={wanted} />}
      </div>
      <div className={css.actions}>
        <Button onClick={onCancel}>Cancel</Button>
        {children}
      </div>
    </Panel>
  );
}

function retriable(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status === 409 || error.status >= 500;
}

function Running({ done }: { done: number }) {
  return (
    <div className={css.running}>
      <span>{`Replaying: ${text(percent(done))}`}</span>
      <Progress value={done * 100} size="sm" transitionDuration={120} aria-label="Share that is replayed" />
    </div>
  );
}
