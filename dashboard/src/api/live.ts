// The server's events: one connection for the whole dashboard, folded into what the pages have fetched.
import type { QueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { EventData, EventKind, LiveEvent } from "./live-events";
import { kinds, merge } from "./live-merge";

/** `live`: every change is shown. `reconnecting`: what is shown may be old. */
export type LiveState = "off" | "connecting" | "live" | "reconnecting";

const URL = "/api/events";
const RETRY_MS = [1000, 2000, 5000, 10_000];
/** A hidden tab draws no frames; events are still folded in, or they would pile up. */
const HIDDEN_MS = 500;

type Listener = (events: readonly LiveEvent[]) => void;

class LiveConnection {
  state: LiveState = "off";
  private source: EventSource | null = null;
  private client: QueryClient | null = null;
  private waiting: LiveEvent[] = [];
  private scheduled = false;
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private readonly watchers = new Set<() => void>();
  private readonly listeners = new Set<Listener>();

  open(client: QueryClient): void {
    this.client = client;
    this.connect();
  }

  close(): void {
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
    this.failures = 0;
    this.become("off");
  }

  /** Told of changes of `state`. */
  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Told of each batch of events. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private connect(): void {
    this.source?.close();
    const source = new EventSource(URL);
    this.source = source;
    this.become(this.failures === 0 ? "connecting" : "reconnecting");
    source.onopen = () => {
      this.failures = 0;
      this.become("live");
    };
    source.onerror = () => {
      this.become("reconnecting");
      // The browser tries again by itself, with Last-Event-ID, unless the server refused.
      if (source.readyState !== EventSource.CLOSED) return;
      const delay = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
      this.failures += 1;
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.connect(), delay);
    };
    for (const kind of kinds) {
      source.addEventListener(kind, (event) => this.take({ kind, data: parsed(event.data) } as LiveEvent));
    }
  }

  private take(event: LiveEvent): void {
    this.waiting.push(event);
    if (this.scheduled) return;
    this.scheduled = true;
    if (document.hidden) setTimeout(this.flush, HIDDEN_MS);
    else requestAnimationFrame(this.flush);
  }

  private flush = (): void => {
    const events = this.waiting;
    this.waiting = [];
    this.scheduled = false;
    if (this.client) merge(this.client, events);
    for (const listener of this.listeners) listener(events);
  };

  private become(state: LiveState): void {
    if (state === this.state) return;
    this.state = state;
    for (const watcher of this.watchers) watcher();
  }
}

function parsed(data: string): unknown {
  return data ? JSON.parse(data) : null;
}

export const live = new LiveConnection();

export function useLiveState(): LiveState {
  return useSyncExternalStore(live.watch, () => live.state);
}

/** Calls `onEvents` with the data of each batch of one kind, for what is not in the cache of `queries`. */
export function useLiveEvents<K extends EventKind>(kind: K, onEvents: (data: EventData[K][]) => void): void {
  const latest = useRef(onEvents);
  latest.current = onEvents;
  useEffect(
    () =>
      live.listen((events) => {
        const data = events.filter((each) => each.kind === kind).map((each) => each.data as EventData[K]);
        if (data.length > 0) latest.current(data);
      }),
    [kind],
  );
}
