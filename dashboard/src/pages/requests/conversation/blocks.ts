// Content blocks of the Messages API -> what the conversation shows of them. What is not known is shown as it is.

export type Json = Record<string, unknown>;

interface Marked {
  /** Where the prompt cache may end: the time it is asked to last. */
  cacheMark?: string;
}

export type Block = Marked &
  (
    | { kind: "text"; text: string; citations: Citation[] }
    | { kind: "thinking"; text: string; hidden: boolean }
    | ToolUse
    | { kind: "result"; toolUseId: string; failed: boolean; blocks: Block[] }
    | { kind: "image"; mediaType: string; data: string | null; source: string }
    | { kind: "document"; title: string; mediaType: string; text: string | null; source: string }
    | { kind: "raw"; type: string; value: unknown }
  );

export interface ToolUse extends Marked {
  kind: "tool";
  id: string;
  name: string;
  /** Run by the API itself: web search, code execution, … */
  server: boolean;
  input: unknown;
  /** The stream ended before the input was whole. */
  brokenOff: boolean;
  result: { failed: boolean; blocks: Block[] } | null;
}

export interface Citation {
  title: string;
  text: string;
  url: string | null;
}

export function record(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export const text = (value: unknown, otherwise = ""): string => (typeof value === "string" ? value : otherwise);

/** A message's `content`: a text, or blocks. */
export function blocksOf(content: unknown): Block[] {
  if (content === undefined || content === null) return [];
  if (typeof content === "string") return content ? [{ kind: "text", text: content, citations: [] }] : [];
  if (!Array.isArray(content)) return [{ kind: "raw", type: "content", value: content }];
  return content.map(blockOf);
}

function blockOf(given: unknown): Block {
  const value = record(given);
  const block = shown(value);
  const mark = value.cache_control ? text(record(value.cache_control).ttl, "5m") : undefined;
  return mark === undefined ? block : { ...block, cacheMark: mark };
}

function shown(value: Json): Block {
  const type = text(value.type, "unknown");
  switch (type) {
    case "text":
      if (value.deltas) break;
      return { kind: "text", text: text(value.text), citations: citations(value.citations) };
    case "thinking":
      return { kind: "thinking", text: text(value.thinking), hidden: !value.thinking };
    case "redacted_thinking":
      return { kind: "thinking", text: "", hidden: true };
    case "tool_use":
    case "server_tool_use":
    case "mcp_tool_use":
      return toolUse(value, type !== "tool_use");
    case "image":
      return image(record(value.source));
    case "document":
      return document(value);
  }
  // tool_result, web_search_tool_result, code_execution_tool_result, mcp_tool_result, …
  if (type.endsWith("tool_result")) return result(value);
  return { kind: "raw", type, value };
}

function toolUse(value: Json, server: boolean): ToolUse {
  return {
    kind: "tool",
    id: text(value.id),
    name: text(value.name, "a tool without a name"),
    server,
    input: value.input ?? {},
    brokenOff: value.broken_off === true,
    result: null,
  };
}

function result(value: Json): Block {
  const content = value.content;
  const failed = value.is_error === true || text(record(content).type).endsWith("_error");
  // Results of the API's own tools may be one object, or rows of a kind of their own.
  const blocks = typeof content === "object" && content !== null && !Array.isArray(content) ? [content] : content;
  return { kind: "result", toolUseId: text(value.tool_use_id), failed, blocks: blocksOf(blocks) };
}

function image(source: Json): Block {
  const data = source.type === "base64" ? text(source.data) : null;
  const where = text(source.url) || text(source.file_id) || text(source.type, "unknown source");
  return { kind: "image", mediaType: text(source.media_type, "image"), data, source: data === null ? where : "" };
}

function document(value: Json): Block {
  const source = record(value.source);
  return {
    kind: "document",
    title: text(value.title, "Document"),
    mediaType: text(source.media_type, text(source.type, "unknown")),
    text: source.type === "text" ? text(source.data) : null,
    source: text(source.url) || text(source.file_id),
  };
}

function citations(value: unknown): Citation[] {
  if (!Array.isArray(value)) return [];
  return value.map(record).map((each) => ({
    title: text(each.title) || text(each.document_title) || text(each.source) || "Source",
    text: text(each.cited_text),
    url: /^https?:\/\//.test(text(each.url)) ? text(each.url) : null,
  }));
}
