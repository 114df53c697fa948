// A titled part of a page.
import { useId } from "react";
import css from "./Panel.module.css";

interface PanelProps {
  title: string;
  /** What stands at the right of the title: a link, a switch, a figure. */
  aside?: React.ReactNode;
  /** A sentence below the title. */
  note?: React.ReactNode;
  /** Content up to the panel's edges, e.g. a table. */
  flush?: boolean;
  className?: string;
  children: React.ReactNode;
}

export function Panel({ title, aside, note, flush = false, className, children }: PanelProps) {
  const id = useId();
  return (
    <section className={`${css.panel} ${className ?? ""}`} aria-labelledby={id}>
      <header className={css.header}>
        <div>
          <h2 id={id}>{title}</h2>
          {note && <p className={css.note}>{note}</p>}
        </div>
        {aside && <div className={css.aside}>{aside}</div>}
      </header>
      <div className={flush ? css.flush : css.body}>{children}</div>
    </section>
  );
}
