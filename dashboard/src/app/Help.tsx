// The keys there are.
import { Modal } from "@mantine/core";
import "@mantine/core/styles/CloseButton.layer.css";
import "@mantine/core/styles/Overlay.layer.css";
import "@mantine/core/styles/Paper.layer.css";
import "@mantine/core/styles/ModalBase.layer.css";
import "@mantine/core/styles/ScrollArea.layer.css";
import "@mantine/core/styles/Modal.layer.css";
import { Keys } from "~/components/Keys";
import css from "./Help.module.css";
import { PAGES } from "./pages";

const GENERAL: [string[], string][] = [
  [["Ctrl", "K"], "Search pages, accounts and commands"],
  [["/"], "Search in this page"],
  [["j"], "Next row"],
  [["k"], "Previous row"],
  [["Enter"], "Open the row"],
  [["Esc"], "Close, or back"],
  [["?"], "These keys"],
];

export default function Help({ onClose }: { onClose: () => void }) {
  const all: [string[], string][] = [
    ...GENERAL,
    ...PAGES.map((each): [string[], string] => [["g", each.key], each.title]),
  ];
  return (
    <Modal opened onClose={onClose} title="Keys" closeButtonProps={{ "aria-label": "Close" }}>
      <dl className={css.list}>
        {all.map(([keys, meaning]) => (
          <div key={meaning}>
            <dt>
              <Keys keys={keys} />
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
