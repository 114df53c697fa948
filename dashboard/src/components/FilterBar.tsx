// What a list is narrowed to; every choice is in the page's URL, so that it can be sent and come back to.
import { Button, CloseButton, Select, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useRef } from "react";
import "@mantine/core/styles/CloseButton.layer.css";
import "@mantine/core/styles/Combobox.layer.css";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/ScrollArea.layer.css";
import css from "./FilterBar.module.css";
import { useHotkeys } from "./hotkeys";

export interface Filter {
  /** The parameter in the URL. */
  name: string;
  label: string;
  options: readonly { value: string; label: string }[];
}

interface FilterBarProps {
  filters: readonly Filter[];
  values: Record<string, string | undefined>;
  onChange: (name: string, value: string | undefined) => void;
  onClear: () => void;
  /** The parameter of the text field, and what it looks in. `/` goes there. */
  search?: { name: string; label: string };
  children?: React.ReactNode;
}

export function FilterBar({ filters, values, onChange, onClear, search, children }: FilterBarProps) {
  const field = useRef<HTMLInputElement>(null);
  useHotkeys({ "/": () => field.current?.focus() });
  const some = Object.values(values).some(Boolean);
  return (
    <search className={css.bar}>
      {search && (
        <TextInput
          ref={field}
          className={css.search}
          aria-label={search.label}
          placeholder={`${search.label}  /`}
          leftSection={<IconSearch size={14} aria-hidden />}
          rightSection={
            values[search.name] && (
              <CloseButton size="xs" aria-label="Clear the search" onClick={() => onChange(search.name, undefined)} />
            )
          }
          value={values[search.name] ?? ""}
          onChange={(event) => onChange(search.name, event.currentTarget.value || undefined)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
      )}
      {filters.map(({ name, label, options }) => (
        <Select
          key={name}
          className={css.filter}
          aria-label={label}
          placeholder={label}
          data={[...options]}
          value={values[name] ?? null}
          onChange={(value) => onChange(name, value ?? undefined)}
          clearable
          searchable={options.length > 8}
          data-active={values[name] !== undefined}
        />
      ))}
      {some && (
        <Button variant="subtle" onClick={onClear}>
          Clear
        </Button>
      )}
      {children}
    </search>
  );
}
