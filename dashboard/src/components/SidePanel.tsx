// A detail beside its list: the list stays in sight. Escape closes it; the page gives it a URL of its own.
import { Drawer } from "@mantine/core";
import "@mantine/core/styles/CloseButton.layer.css";
import "@mantine/core/styles/Overlay.layer.css";
import "@mantine/core/styles/Paper.layer.css";
import "@mantine/core/styles/ModalBase.layer.css";
import "@mantine/core/styles/ScrollArea.layer.css";
import "@mantine/core/styles/Drawer.layer.css";

interface SidePanelProps {
  title: React.ReactNode;
  open: boolean;
  onClose: () => void;
  /** CSS width on screens wide enough. */
  width?: string;
  children: React.ReactNode;
}

export function SidePanel({ title, open, onClose, width = "min(760px, 100vw)", children }: SidePanelProps) {
  return (
    <Drawer
      opened={open}
      onClose={onClose}
      title={title}
      position="right"
      size={width}
      closeButtonProps={{ "aria-label": "Close" }}
      styles={{ content: { background: "var(--bg-1)" }, header: { background: "var(--bg-1)" } }}
    >
      {children}
    </Drawer>
  );
}
