// A part that is folded away until somebody wants it; what is folded is not drawn.
import { IconChevronRight } from "@tabler/icons-react";
import css from "./Conversation.module.css";
import { useOpened } from "./opened";

interface FoldProps {
  /** Names it within the conversation. */
  id: string;
  title: React.ReactNode;
  aside?: React.ReactNode;
  open?: boolean;
  children: () => React.ReactNode;
}

export function Fold({ id, title, aside, open: otherwise = false, children }: FoldProps) {
  const [open, toggle] = useOpened(id, otherwise);
  return (
    <div className={css.fold}>
      <div className={css.foldTitle}>
        <button type="button" aria-expanded={open} onClick={toggle}>
          <IconChevronRight size={14} aria-hidden />
          <span>{title}</span>
        </button>
        {aside}
      </div>
      {open && <div className={css.foldBody}>{children()}</div>}
    </div>
  );
}
