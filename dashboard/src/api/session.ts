// Whether this browser is signed in. The session itself is a cookie that no script can read.
import { useSyncExternalStore } from "react";
import { ApiError, api } from "./client";

export type SessionState = "starting" | "in" | "out";

let state: SessionState = "starting";
const listeners = new Set<() => void>();

function become(next: SessionState): void {
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

export function useSession(): SessionState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** Told of every error: a 401 means that the session is over. */
export function noticeError(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) become("out");
}

/** The one-time code of a link like /dashboard#sign-in=CODE. */
export function codeIn(hash: string): string | null {
  return /^#sign-in=([\w-]+)$/.exec(hash)?.[1] ?? null;
}

let refusal: string | null = null;

/** Why the link that led here did not sign in; null when none was refused. */
export const linkRefusal = (): string | null => refusal;

/** Redeem the link that led here, if one did, and find out whether this browser is signed in. Raises `ApiError`. */
export async function start(): Promise<void> {
  const code = codeIn(location.hash);
  if (code !== null) {
    // Out of the address bar and of the history first: the code must not be shared or sent again.
    history.replaceState(history.state, "", location.pathname + location.search);
    try {
      await signIn({ code });
      return;
    } catch (error) {
      const refused = error instanceof ApiError && error.status === 401;
      if (refused) refusal = error.message;
      become("out");
      if (refused) return;
      throw error;
    }
  }
  try {
    await api.get("/api/session");
    become("in");
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return become("out");
    become("in"); // Not a matter of signing in: the page itself says what is wrong.
  }
}

/** Exchange a one-time code or the control token for the cookie. Raises `ApiError`. */
export async function signIn(proof: { code: string } | { token: string }): Promise<void> {
  await api.post("/api/sign-in", { body: proof });
  refusal = null;
  become("in");
}

export async function signOut(): Promise<void> {
  await api.post("/api/sign-out");
  become("out");
}
