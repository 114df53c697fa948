// A key that was just made: shown this once, with the lines that use it.
import { Button } from "@mantine/core";
import type { Schemas } from "~/api/client";
import { CommandLine } from "~/components/CopyButton";
import css from "./keys.module.css";
import { usageLines } from "./limits";

export function NewKey({ made, onDone }: { made: Schemas["MadeKey"]; onDone: () => void }) {
  return (
    <div className={css.form}>
      <p className={css.once}>
        <strong>Copy it now.</strong> Only a hash of it is kept, so it cannot be shown again.
      </p>
      <CommandLine>{made.key}</CommandLine>
      {usageLines(location.origin, made.key).map(({ title, lines }) => (
        <div key={title} className={css.usage}>
          <h3>{title}</h3>
          <CommandLine>{lines}</CommandLine>
        </div>
      ))}
      <div className={css.buttons}>
        <Button variant="filled" onClick={onDone}>
          Done
        </Button>
      </div>
    </div>
  );
}
