// Runs beside the page: fetches a recording and makes of it what the page shows.
import { ApiError, api } from "~/api/client";
import { type Body, conversationOf } from "../conversation/conversation";
import type { Part, RecordedPart, Recording, Told } from "./recording";

self.onmessage = ({ data: id }: MessageEvent<string>) => {
  void read(id).then((told) => self.postMessage(told));
};

async function read(id: string): Promise<Told> {
  try {
    const found = await api.get("/api/requests/{request_id}/payload", { path: { request_id: id } });
    return { recording: recordingOf(found.request, found.response) };
  } catch (error) {
    const { status, code } = error instanceof ApiError ? error : { status: 0, code: "unreadable" };
    return { error: { status, code, message: error instanceof Error ? error.message : String(error) } };
  }
}

function recordingOf(request: Part | null, response: Part | null): Recording {
  const [asked, answered] = [partOf(request), partOf(response)];
  return { request: asked, response: answered, conversation: conversationOf(bodyOf(asked), bodyOf(answered)) };
}

function partOf(part: Part | null): RecordedPart | null {
  if (part === null) return null;
  const mediaType = part.fields.find((field) => field.name.toLowerCase() === "content-type")?.value ?? "";
  return { ...part, mediaType, pretty: part.base64 ? null : pretty(part.body) };
}

function pretty(body: string): string | null {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return null; // no JSON, or cut off: shown as it is
  }
}

function bodyOf(part: RecordedPart | null): Body | null {
  return part && { body: part.body, base64: part.base64, truncated: part.truncated, mediaType: part.mediaType };
}
