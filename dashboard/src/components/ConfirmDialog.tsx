// The dialog of `useConfirm`.
import { Button, Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import "@mantine/core/styles/CloseButton.layer.css";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/Overlay.layer.css";
import "@mantine/core/styles/Paper.layer.css";
import "@mantine/core/styles/ModalBase.layer.css";
import "@mantine/core/styles/ScrollArea.layer.css";
import "@mantine/core/styles/Modal.layer.css";
import type { Question } from "./Confirm";
import css from "./ConfirmDialog.module.css";

export default function ConfirmDialog({
  question,
  onAnswer,
}: {
  question: Question;
  onAnswer: (yes: boolean) => void;
}) {
  const [typed, setTyped] = useState("");
  const ready = !question.typed || typed === question.typed;
  return (
    <Modal
      opened
      onClose={() => onAnswer(false)}
      title={<span className={css.title}>{question.title}</span>}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) onAnswer(true);
        }}
      >
        <div className={css.body}>{question.body}</div>
        {question.typed && (
          <TextInput
            className={css.typed}
            label={`Type ${question.typed} to confirm`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        <div className={css.actions}>
          <Button onClick={() => onAnswer(false)}>Cancel</Button>
          <Button type="submit" variant="filled" {...(question.mild ? {} : { color: "red" })} disabled={!ready}>
            {question.action}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
