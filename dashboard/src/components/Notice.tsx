// What stands where there is nothing, something is still coming, or something went wrong.
import { Button } from "@mantine/core";
import { ApiError } from "~/api/client";
import css from "./Notice.module.css";

/** Nothing yet: says how to get something. */
export function EmptyState({ title, children }: { title: string; children?: React.ReactNode }) {
  return (
    <div className={css.notice}>
      <p className={css.title}>{title}</p>
      {children && <div className={css.text}>{children}</div>}
    </div>
  );
}

interface ErrorStateProps {
  error: unknown;
  /** Tries again. */
  onRetry?: (() => void) | undefined;
  /** A button or link that mends it. */
  action?: React.ReactNode;
}

/** What went wrong and what to do: the API's own words, which always say so. */
export function ErrorState({ error, onRetry, action }: ErrorStateProps) {
  const message = error instanceof Error ? error.message : String(error);
  return (
    <div className={css.notice} role="alert">
      <p className={css.title} data-state="limited">
        {error instanceof ApiError && error.status === 0 ? "Not reachable" : "This did not work"}
      </p>
      <div className={css.text}>{message}</div>
      <div className={css.actions}>
        {action}
        {onRetry && <Button onClick={onRetry}>Try again</Button>}
      </div>
    </div>
  );
}

/** Holds the place of what is coming, at its final size. */
export function Skeleton({ height, width = "100%" }: { height: number | string; width?: number | string }) {
  return <span className={css.skeleton} style={{ height, width }} aria-hidden="true" />;
}
