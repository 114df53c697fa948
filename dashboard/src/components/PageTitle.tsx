// The heading of a page, with what can be done on it.
import css from "./PageTitle.module.css";

interface PageTitleProps {
  title: string;
  note?: React.ReactNode;
  children?: React.ReactNode;
}

export function PageTitle({ title, note, children }: PageTitleProps) {
  return (
    <div className={css.title}>
      <div>
        <h1>{title}</h1>
        {note && <p>{note}</p>}
      </div>
      {children && <div className={css.actions}>{children}</div>}
    </div>
  );
}

/** The content of a page: 1280 px at most, unless it is a table that needs the room. */
export function PageBody({ wide = false, children }: { wide?: boolean; children: React.ReactNode }) {
  return (
    <div className={css.body} data-wide={wide}>
      {children}
    </div>
  );
}
