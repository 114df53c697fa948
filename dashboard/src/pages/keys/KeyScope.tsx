// What a key may use, and until when.
import { MultiSelect, Select, TagsInput } from "@mantine/core";
import "@mantine/core/styles/CloseButton.layer.css";
import "@mantine/core/styles/Combobox.layer.css";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/Pill.layer.css";
import "@mantine/core/styles/PillsInput.layer.css";
import "@mantine/core/styles/ScrollArea.layer.css";
import { useAccounts } from "~/api/queries";
import { dateAndTime, moment } from "~/format/time";
import type { PartProps } from "./KeyForm";
import css from "./keys.module.css";

const EXPIRIES = [
  { value: "", label: "Never" },
  { value: "7d", label: "In 7 days" },
  { value: "30d", label: "In 30 days" },
  { value: "90d", label: "In 90 days" },
  { value: "365d", label: "In a year" },
];

export function KeyScope({ draft, change }: PartProps) {
  const accounts = useAccounts().data ?? [];
  const names = [...new Set([...accounts.map((each) => each.name), ...draft.accounts])];
  const expiry = moment(draft.expires);
  const dated = expiry === null ? [] : [{ value: draft.expires, label: dateAndTime(expiry, Date.now()) }];
  return (
    <fieldset className={css.group}>
      <legend>What it may use</legend>
      <TagsInput
        size="xs"
        label="Models"
        description="Names, or patterns such as claude-haiku-*. Empty: all."
        value={draft.models}
        onChange={(models) => change({ models })}
        placeholder={draft.models.length > 0 ? "" : "all models"}
      />
      <MultiSelect
        label="Accounts"
        data={names}
        value={draft.accounts}
        onChange={(chosen) => change({ accounts: chosen })}
        placeholder={draft.accounts.length > 0 ? "" : "all accounts"}
      />
      <Select
        label="Expires"
        data={[...EXPIRIES, ...dated]}
        value={draft.expires}
        onChange={(value) => change({ expires: value ?? "" })}
        allowDeselect={false}
      />
    </fieldset>
  );
}
