// Any span of time: from and to, in the zone that is looked at.
import { Button, Popover, TextInput } from "@mantine/core";
import { useState } from "react";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/Popover.layer.css";
import { dateAndTime } from "~/format/time";
import css from "./analytics.module.css";
import { momentOf, wallTime } from "./wall-time";

const DAY_MS = 86_400_000;

interface Span {
  /** Epoch milliseconds. */
  from: number;
  to: number;
}

interface SpanPickerProps {
  /** Null: one of the ranges is looked at. */
  span: Span | null;
  timeZone: string;
  onChoose: (span: Span) => void;
}

export function SpanPicker({ span, timeZone, onChoose }: SpanPickerProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus returnFocus withRoles={false}>
      <Popover.Target>
        <Button variant={span ? "light" : "default"} aria-expanded={open} onClick={() => setOpen(!open)}>
          {span ? words(span, timeZone) : "From … to"}
        </Button>
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label="From and to">
        <Fields
          // Opened again it begins with the span in force.
          key={String(open)}
          span={span ?? { from: Date.now() - DAY_MS, to: Date.now() }}
          timeZone={timeZone}
          onChoose={(chosen) => {
            setOpen(false);
            onChoose(chosen);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

function words({ from, to }: Span, timeZone: string): string {
  return `${dateAndTime(from, Date.now(), timeZone)} – ${dateAndTime(to, from, timeZone)}`;
}

function Fields({ span, timeZone, onChoose }: SpanPickerProps & { span: Span }) {
  const [from, setFrom] = useState(wallTime(span.from, timeZone));
  const [to, setTo] = useState(wallTime(span.to, timeZone));
  const [begin, end] = [momentOf(from, timeZone), momentOf(to, timeZone)];
  const backwards = begin !== null && end !== null && begin >= end;
  return (
    <form
      className={css.span}
      onSubmit={(event) => {
        event.preventDefault();
        if (begin !== null && end !== null && !backwards) onChoose({ from: begin, to: end });
      }}
    >
      <TextInput type="datetime-local" label="From" value={from} onChange={(event) => setFrom(event.target.value)} />
      <TextInput
        type="datetime-local"
        label="To"
        value={to}
        onChange={(event) => setTo(event.target.value)}
        error={backwards && "This is not after the beginning."}
      />
      <span className={css.zone}>{timeZone}</span>
      <Button type="submit" variant="filled" disabled={begin === null || end === null || backwards}>
        Show
      </Button>
    </form>
  );
}
