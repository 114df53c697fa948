// Which parts of a conversation are unfolded: remembered while they are scrolled out of sight.
import { createContext, useContext, useState } from "react";

export const Opened = createContext<Map<string, boolean>>(new Map());

export function useOpened(key: string, otherwise = false): [boolean, () => void] {
  const known = useContext(Opened);
  const [open, setOpen] = useState(known.get(key) ?? otherwise);
  const toggle = () => {
    known.set(key, !open);
    setOpen(!open);
  };
  return [open, toggle];
}
