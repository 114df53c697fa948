// A recorded request and its answer -> the conversation they are part of.

import { type Block, blocksOf, type Json, record, type ToolUse, text } from "./blocks";
import { assemble } from "./event-stream";
import { readJson } from "./partial-json";

export interface Message {
  role: string;
  blocks: Block[];
}

export interface Tool {
  name: string;
  description: string;
  definition: unknown;
}

export interface Answer {
  blocks: Block[];
  stopReason: string | null;
  /** As the provider told it, e.g. input_tokens. */
  usage: [string, number][];
  error: { type: string; message: string } | null;
  /** What is missing of it, in a sentence. */
  missing: string | null;
  streamed: boolean;
}

export interface Conversation {
  system: Block[];
  tools: Tool[];
  messages: Message[];
  /** Of the messages, how many were in the conversation before this turn. */
  before: number;
  /** max_tokens, temperature, … as sent. */
  parameters: [string, string][];
  answer: Answer | null;
  /** What is missing of the request, in a sentence. */
  missing: string | null;
}

/** A body as the API of recorded payloads gives it. */
export interface Body {
  body: string;
  base64: boolean;
  truncated: boolean;
  mediaType: string;
}

const CUT = "The recording stops here: the body is longer than what is kept of one (CLAUDEFLARE_PAYLOAD_LIMIT_BYTES).";
const BROKE_OFF = "The stream ends here: it broke off before the answer was whole.";

/** Null when the request is not a conversation. */
export function conversationOf(request: Body | null, response: Body | null): Conversation | null {
  const asked = request && !request.base64 ? readJson(request.body) : null;
  const body = record(asked?.value);
  const messages = Array.isArray(body.messages) ? body.messages : null;
  if (messages === null) return null;
  const said = messages.map(record).map((each) => ({ role: text(each.role, "?"), blocks: blocksOf(each.content) }));
  const answer = response ? answerOf(response) : null;
  return {
    system: blocksOf(body.system),
    tools: Array.isArray(body.tools) ? body.tools.map(toolOf) : [],
    ...paired(said, answer),
    before: said.findLastIndex((each) => each.role === "assistant") + 1,
    parameters: parametersOf(body),
    answer,
    missing: asked?.whole === false ? CUT : null,
  };
}

export function answerOf(response: Body): Answer | null {
  if (response.base64) return null;
  if (response.mediaType.startsWith("text/event-stream")) {
    const { message, ended, error } = assemble(response.body);
    const missing = ended || error ? null : response.truncated ? CUT : BROKE_OFF;
    return { ...answered(message), error, missing, streamed: true };
  }
  const read = readJson(response.body);
  const body = record(read?.value);
  if (body.type === "error") {
    const error = record(body.error);
    return {
      ...answered({}),
      error: { type: text(error.type, "error"), message: text(error.message) },
      missing: null,
      streamed: false,
    };
  }
  if (!Array.isArray(body.content)) return null;
  return { ...answered(body), error: null, missing: read?.whole === false ? CUT : null, streamed: false };
}

function answered(message: Json): Pick<Answer, "blocks" | "stopReason" | "usage"> {
  const usage = Object.entries(record(message.usage)).filter((each): each is [string, number] => {
    return typeof each[1] === "number" && each[1] > 0;
  });
  return { blocks: blocksOf(message.content), stopReason: text(message.stop_reason) || null, usage };
}

/** Results beside the calls they answer; a result without its call stays where it is. */
function paired(messages: Message[], answer: Answer | null): { messages: Message[] } {
  const calls = new Map<string, ToolUse>();
  const place = (blocks: Block[]) =>
    blocks.filter((block) => {
      if (block.kind === "tool") calls.set(block.id, block);
      if (block.kind !== "result") return true;
      const call = calls.get(block.toolUseId);
      if (!call) return true;
      call.result = { failed: block.failed, blocks: block.blocks };
      if (block.cacheMark !== undefined && call.cacheMark === undefined) call.cacheMark = block.cacheMark;
      return false;
    });
  const placed = messages.map((each) => ({ ...each, blocks: place(each.blocks) }));
  if (answer) answer.blocks = place(answer.blocks);
  return { messages: placed };
}

function toolOf(given: unknown): Tool {
  const tool = record(given);
  return {
    name: text(tool.name) || text(tool.type, "?"),
    description: text(tool.description),
    definition: tool.input_schema ?? tool,
  };
}

const SHOWN_ELSEWHERE = new Set(["messages", "system", "tools", "model", "stream"]);
const LONGEST_PARAMETER = 200;

function parametersOf(body: Json): [string, string][] {
  return Object.entries(body)
    .filter(([name]) => !SHOWN_ELSEWHERE.has(name))
    .map(([name, value]) => [
      name,
      (typeof value === "string" ? value : JSON.stringify(value)).slice(0, LONGEST_PARAMETER),
    ]);
}
