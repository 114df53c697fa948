// One of a few choices, all in sight.
import { SegmentedControl } from "@mantine/core";
import "@mantine/core/styles/FloatingIndicator.layer.css";
import "@mantine/core/styles/SegmentedControl.layer.css";
import css from "./Segments.module.css";

interface SegmentsProps<Value extends string> {
  /** What is chosen between. */
  label: string;
  options: readonly { value: Value; label: string }[];
  /** Null: none of them. */
  value: Value | null;
  onChange: (value: Value) => void;
}

export function Segments<Value extends string>({ label, options, value, onChange }: SegmentsProps<Value>) {
  return (
    <SegmentedControl
      aria-label={label}
      classNames={{ root: css.root ?? "", indicator: css.indicator ?? "", label: css.label ?? "" }}
      data={options.map((each) => ({ ...each }))}
      value={value ?? ""}
      onChange={(chosen) => onChange(chosen as Value)}
      withItemsBorders={false}
    />
  );
}
