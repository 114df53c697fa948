// Copies a text, and says that it did.
import { ActionIcon, Tooltip } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconCopy } from "@tabler/icons-react";

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const { copied, copy, error } = useClipboard({ timeout: 1500 });
  const said = error ? "Copying was refused: select it and press Ctrl C" : copied ? "Copied" : label;
  return (
    <Tooltip label={said}>
      <ActionIcon aria-label={said} onClick={() => copy(text)} size="sm">
        {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}

/** A line to paste into a shell, with the button that copies it. */
export function CommandLine({ children }: { children: string }) {
  return (
    <span className="command-line">
      <code>{children}</code>
      <CopyButton text={children} label="Copy this line" />
    </span>
  );
}
