// The last step: the account is in use; the lines that send requests through it.
import { Button } from "@mantine/core";
import { ClientLines } from "~/components/FirstRequest";
import { StateBadge } from "~/components/StateBadge";
import type { Account } from "../mutations";
import css from "./add.module.css";

export function Done({ account, onClose }: { account: Account; onClose: () => void }) {
  return (
    <div className={css.form} role="status">
      <StateBadge state="ok">{`${account.name} is in use`}</StateBadge>
      <p className={css.text}>
        Requests go to it as soon as they come; if its credential is wrong, its first answer says so. Point a client
        here:
      </p>
      <ClientLines />
      <div className={css.buttons}>
        <Button variant="filled" onClick={onClose} data-autofocus>
          Show the account
        </Button>
      </div>
    </div>
  );
}
