// Asks the server how recorded requests would have fared, and follows how far it is.
import { useCallback, useEffect, useRef, useState } from "react";
import { postForLines, type Schemas } from "~/api/client";

export type Simulated = Schemas["Simulated"];

export type Simulation =
  | { state: "idle" }
  | { state: "running"; done: number }
  | { state: "done"; result: Simulated }
  | { state: "failed"; error: unknown };

type Line = { done: number } | { result: Simulated } | { error: string };

/** What one line of the answer makes of the simulation. */
export function follow(line: Line): Simulation {
  if ("error" in line) return { state: "failed", error: new Error(line.error) };
  return "result" in line ? { state: "done", result: line.result } : { state: "running", done: line.done };
}

export function useSimulation(since: string) {
  const [simulation, setSimulation] = useState<Simulation>({ state: "idle" });
  const running = useRef<AbortController>(null);
  const stop = useCallback(() => {
    running.current?.abort();
    running.current = null;
    setSimulation({ state: "idle" });
  }, []);
  const start = useCallback(
    async (strategies: string[]) => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      setSimulation({ state: "running", done: 0 });
      try {
        for await (const line of postForLines<Line>("/api/simulate", { strategies, since }, controller.signal)) {
          if (!controller.signal.aborted) setSimulation(follow(line));
        }
      } catch (error) {
        if (!controller.signal.aborted) setSimulation({ state: "failed", error });
      }
    },
    [since],
  );
  useEffect(() => () => running.current?.abort(), []);
  return { simulation, start, stop };
}
