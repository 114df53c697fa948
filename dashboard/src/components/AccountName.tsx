// An account by name, in its color.
import { useAccountColor } from "~/design/colors";
import css from "./AccountName.module.css";

export function AccountName({ name }: { name: string | null | undefined }) {
  const color = useAccountColor();
  if (!name) return <span className={css.none}>none</span>;
  return (
    <span className={css.name} title={name}>
      <span className={css.dot} style={{ background: color(name) }} />
      {name}
    </span>
  );
}
