// A recorded stream of server-sent events, put together to the message it told of (docs.claude.com: Streaming Messages).
import { readJson } from "./partial-json";

type Json = Record<string, unknown>;

export interface StreamedMessage {
  message: Json;
  /** Whether `message_stop` was seen. */
  ended: boolean;
  error: { type: string; message: string } | null;
  events: number;
}

interface Growing extends Json {
  /** Pieces of a tool's input, until they are whole. */
  input_json?: string;
}

export function* eventsOf(text: string): Generator<{ event: string; data: string }> {
  let event = "";
  let data: string[] = [];
  let at = 0;
  while (at < text.length) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    const line = text.slice(at, text[end - 1] === "\r" ? end - 1 : end);
    at = end + 1;
    if (line === "") {
      if (data.length > 0) yield { event, data: data.join("\n") };
      event = "";
      data = [];
    } else if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
    else if (line.startsWith("event:")) event = line.slice(line[6] === " " ? 7 : 6);
  }
  // The last event of a stream that broke off may be half of one; whoever parses it will see.
  if (data.length > 0) yield { event, data: data.join("\n") };
}

/** The message as an answer without a stream would have told it, as far as the events go. */
export function assemble(text: string): StreamedMessage {
  const found: StreamedMessage = { message: { content: [] }, ended: false, error: null, events: 0 };
  const blocks: Growing[] = [];
  for (const { data } of eventsOf(text)) {
    let event: Json;
    try {
      event = JSON.parse(data) as Json;
    } catch {
      continue; // cut off in the middle: the last one
    }
    found.events += 1;
    take(found, blocks, event);
  }
  found.message.content = blocks.filter(Boolean).map(finished);
  return found;
}

function take(found: StreamedMessage, blocks: Growing[], event: Json): void {
  const index = typeof event.index === "number" && event.index >= 0 && event.index < 10_000 ? event.index : 0;
  switch (event.type) {
    case "message_start":
      found.message = { ...(event.message as Json) };
      break;
    case "content_block_start":
      blocks[index] = { ...(event.content_block as Json) };
      break;
    case "content_block_delta": {
      blocks[index] ??= {};
      grow(blocks[index], (event.delta ?? {}) as Json);
      break;
    }
    case "message_delta":
      Object.assign(found.message, event.delta);
      found.message.usage = { ...((found.message.usage ?? {}) as Json), ...((event.usage ?? {}) as Json) };
      break;
    case "message_stop":
      found.ended = true;
      break;
    case "error": {
      const error = (event.error ?? {}) as Json;
      found.error = { type: String(error.type ?? "error"), message: String(error.message ?? "") };
      break;
    }
  }
}

function grow(block: Growing, delta: Json): void {
  switch (delta.type) {
    case "text_delta":
      block.text = `${block.text ?? ""}${delta.text}`;
      break;
    case "thinking_delta":
      block.thinking = `${block.thinking ?? ""}${delta.thinking}`;
      break;
    case "signature_delta":
      block.signature = delta.signature;
      break;
    case "input_json_delta":
      block.input_json = `${block.input_json ?? ""}${delta.partial_json}`;
      break;
    case "citations_delta":
      block.citations = [...((block.citations ?? []) as unknown[]), delta.citation];
      break;
    default:
      // Of a kind that came after this was written: kept, so that it can be seen.
      block.deltas = [...((block.deltas ?? []) as unknown[]), delta];
  }
}

function finished({ input_json, ...block }: Growing): Json {
  if (input_json === undefined || input_json === "") return block;
  const read = readJson(input_json);
  if (read === null) return { ...block, input: input_json, broken_off: true };
  return { ...block, input: read.value, ...(read.whole ? {} : { broken_off: true }) };
}
