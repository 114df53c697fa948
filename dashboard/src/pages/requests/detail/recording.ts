// What was recorded of one request: fetched and read by a worker, because bodies may be megabytes long.
import { queryOptions } from "@tanstack/react-query";
import { ApiError, type Schemas } from "~/api/client";
import type { Conversation } from "../conversation/conversation";

export type Part = Schemas["PartResource"];

export interface RecordedPart extends Part {
  mediaType: string;
  /** The body laid out for reading, where it is JSON. */
  pretty: string | null;
}

export interface Recording {
  request: RecordedPart | null;
  response: RecordedPart | null;
  conversation: Conversation | null;
}

export type Told = { recording: Recording } | { error: { status: number; code: string; message: string } };

/** Bodies are large: not kept for long once nobody looks at them. */
const KEPT_MS = 10_000;

export const recordingQuery = (id: string) =>
  queryOptions({
    queryKey: ["requests", "recording", id],
    queryFn: ({ signal }) => readRecording(id, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: KEPT_MS,
    structuralSharing: false,
  });

function readRecording(id: string, signal: AbortSignal): Promise<Recording> {
  const worker = new Worker(new URL("./recording-worker.ts", import.meta.url), { type: "module" });
  const told = new Promise<Recording>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Told>) => {
      if ("recording" in data) resolve(data.recording);
      else reject(new ApiError(data.error.status, data.error.code, data.error.message));
    };
    worker.onerror = () => reject(new Error("The recording could not be read. Reload the page to try again."));
    signal.addEventListener("abort", () => reject(signal.reason));
    worker.postMessage(id);
  });
  return told.finally(() => worker.terminate());
}
