// The list's rows: pages fetched as the reader scrolls, and requests as they end.
import { useCallback, useEffect, useMemo, useState } from "react";
import { page, urlOf } from "~/api/client";
import type { RequestRow } from "~/components/RequestTable";
import type { RequestQuery } from "./filters";
import * as list from "./row-window";

export interface RowStream {
  /** Undefined until the first page is there. */
  lines: readonly list.Line[] | undefined;
  error: unknown;
  /** How many wait above. */
  waiting: number;
  showWaiting: () => void;
  /** Which lines are in sight. */
  onRange: (first: number, last: number) => void;
  onEnd: () => void;
  retry: () => void;
}

/** `held`: nothing moves until it is over. */
export function useRowStream(query: RequestQuery, held: boolean): RowStream {
  const text = JSON.stringify(query);
  const source = useMemo(() => new RowSource(JSON.parse(text) as RequestQuery), [text]);
  const [, draw] = useState(0);
  useEffect(() => source.open(() => draw((count) => count + 1)), [source]);
  useEffect(() => source.hold(held), [source, held]);
  const lines = useMemo(() => list.linesOf(source.window.pages), [source.window.pages]);
  return {
    lines: source.ready ? lines : undefined,
    error: source.error,
    waiting: source.window.waitingCount,
    showWaiting: useCallback(() => source.showWaiting(), [source]),
    onRange: useCallback((first, last) => source.see(first, last), [source]),
    onEnd: useCallback(() => void source.more(), [source]),
    retry: useCallback(() => void source.begin(), [source]),
  };
}

class RowSource {
  window = list.EMPTY;
  ready = false;
  error: unknown = null;
  private readonly query: RequestQuery;
  private changed: () => void = () => undefined;
  private controller = new AbortController();
  private seen: [number, number] = [0, 0];
  private held = false;
  private news: RequestRow[] = [];
  private frame: number | undefined;
  private fetching = false;
  private readonly refilling = new Set<number>();

  constructor(query: RequestQuery) {
    this.query = query;
  }

  open(changed: () => void): () => void {
    this.changed = changed;
    this.controller = new AbortController();
    const events = new EventSource(urlOf("/api/requests/stream", { query: this.query }));
    // Those that ended between the first page and the stream's beginning, or while it was interrupted.
    const again = () => void this.begin();
    events.addEventListener("ready", again);
    events.addEventListener("reset", again);
    events.addEventListener("request", (event) => this.take(JSON.parse(event.data) as RequestRow));
    void this.begin();
    return () => {
      events.close();
      this.controller.abort();
      if (this.frame !== undefined) cancelAnimationFrame(this.frame);
      this.frame = undefined;
    };
  }

  hold(held: boolean): void {
    this.held = held;
    if (!held && this.atTop()) this.showWaiting();
  }

  see(first: number, last: number): void {
    this.seen = [first, last];
    if (this.window.waitingCount > 0 && this.atTop() && !this.held) this.showWaiting();
    this.become(list.letGo(this.window, list.pagesAt(this.window, first, last)));
    const [from, to] = list.pagesAt(this.window, first, last);
    for (let index = from; index <= to; index += 1) void this.refill(index);
  }

  showWaiting(): void {
    const shown = list.withWaiting(this.window);
    if (shown === null) void this.begin();
    else this.become(shown);
  }

  /** The newest page; everything else is let go of, unless the reader is far down in it. */
  async begin(): Promise<void> {
    try {
      const { items, next } = await this.fetch({});
      this.error = null;
      const away = this.ready && !this.atTop();
      this.become(away ? list.withNews(this.window, items.slice(0, list.PAGE_SIZE), true) : list.begun(items, next));
      this.ready = true;
    } catch (error) {
      if (this.controller.signal.aborted) return;
      // What is shown stays; the bar at the top says that the server is away.
      if (!this.ready) this.error = error;
    }
    this.changed();
  }

  async more(): Promise<void> {
    const next = this.window.next;
    if (!this.ready || next === null || this.fetching) return;
    this.fetching = true;
    try {
      const { items, next: cursor } = await this.fetch(next);
      if (this.window.next === next) this.become(list.withNext(this.window, items, cursor));
    } catch {
      // Asked for again when the reader next moves there.
    } finally {
      this.fetching = false;
    }
  }

  private async refill(index: number): Promise<void> {
    const page = this.window.pages[index];
    if (!page || page.rows !== null || this.refilling.has(index)) return;
    this.refilling.add(index);
    try {
      const { items } = await this.fetch(page.from, page.size);
      if (this.window.pages[index] === page) this.become(list.refilled(this.window, index, items));
    } catch {
      // Asked for again when the reader next moves there.
    } finally {
      this.refilling.delete(index);
    }
  }

  private fetch(from: list.From, limit = list.PAGE_SIZE) {
    const query = { ...this.query, ...from, limit };
    return page("/api/requests", { query, signal: this.controller.signal });
  }

  private take(row: RequestRow): void {
    this.news.push(row);
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      const news = this.news;
      this.news = [];
      if (this.ready) this.become(list.withNews(this.window, news, this.held || !this.atTop()));
    });
  }

  private atTop(): boolean {
    return this.seen[0] === 0;
  }

  private become(window: list.RowWindow): void {
    if (window === this.window) return;
    this.window = window;
    this.changed();
  }
}
