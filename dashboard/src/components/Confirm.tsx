// Asks before what cannot be undone. `await confirm({…})` gives whether to go on.
import { createContext, lazy, Suspense, useCallback, useContext, useState } from "react";

export interface Question {
  title: string;
  /** What will happen, and what will not. */
  body: React.ReactNode;
  /** The verb on the button, e.g. "Remove account". */
  action: string;
  /** Must be typed first: for what is lost for good. */
  typed?: string;
  /** It can be undone: the button does not warn. */
  mild?: boolean;
}

type Ask = (question: Question) => Promise<boolean>;
type Asked = Question & { answer: (yes: boolean) => void };

const Asking = createContext<Ask>(() => Promise.resolve(false));
const ConfirmDialog = lazy(() => import("./ConfirmDialog"));

export const useConfirm = (): Ask => useContext(Asking);

export function ConfirmProvider({ children }: { children: React.ReactNode }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const ask = useCallback<Ask>(
    (question) =>
      new Promise((resolve) => {
        const answer = (yes: boolean) => {
          setAsked(null);
          resolve(yes);
        };
        setAsked({ ...question, answer });
      }),
    [],
  );
  return (
    <Asking value={ask}>
      {children}
      <Suspense>{asked && <ConfirmDialog question={asked} onAnswer={asked.answer} />}</Suspense>
    </Asking>
  );
}
