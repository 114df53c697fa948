// The cache of everything that was fetched.
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "~/api/client";
import { noticeError } from "~/api/session";

const RETRIES = 2;

/** Whether asking again may help: not when the server understood and refused. */
function worthRetrying(failures: number, error: Error): boolean {
  return failures < RETRIES && !(error instanceof ApiError && error.status >= 400 && error.status < 500);
}

export const client = new QueryClient({
  queryCache: new QueryCache({ onError: noticeError }),
  mutationCache: new MutationCache({ onError: noticeError }),
  defaultOptions: { queries: { retry: worthRetrying, staleTime: 2_000, refetchOnWindowFocus: false } },
});
