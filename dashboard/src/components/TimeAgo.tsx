// A moment, relative to now up to a day; in full on hover.
import { absolute, moment, relative, shortSpan } from "~/format/time";
import { useNow } from "./clock";

interface TimeAgoProps {
  /** ISO 8601, as the API writes moments. */
  at: string | null | undefined;
  /** "3m" instead of "3 min ago", for columns. */
  short?: boolean;
  /** What to say when there is no moment. */
  otherwise?: string;
}

export function TimeAgo({ at, short = false, otherwise = "never" }: TimeAgoProps) {
  const now = useNow();
  const when = moment(at);
  if (when === null) return <span>{otherwise}</span>;
  return (
    <time dateTime={at ?? undefined} title={absolute(when)} className="number">
      {short ? shortSpan(Math.abs(now - when) / 1000) : relative(when, now)}
    </time>
  );
}
