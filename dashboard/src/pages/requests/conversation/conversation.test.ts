import { describe, expect, test } from "vitest";
import { type Body, conversationOf } from "./conversation";

const json = (value: unknown, more: Partial<Body> = {}): Body => ({
  body: JSON.stringify(value),
  base64: false,
  truncated: false,
  mediaType: "application/json",
  ...more,
});
const asked = {
  model: "m",
  max_tokens: 10,
  system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral", ttl: "1h" } }],
  tools: [{ name: "read", description: "Reads.", input_schema: { type: "object" } }],
  messages: [
    { role: "user", content: "Read a.py" },
    { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "read", input: { path: "a.py" } }] },
    {
      role: "user",
      content: [
        {
          type: "tool_result",
          tool_use_id: "t1",
          is_error: true,
          content: [
            { type: "text", text: "no such file" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: "aGk=" } },
          ],
          cache_control: { type: "ephemeral" },
        },
        { type: "text", text: "And now?" },
      ],
    },
  ],
};

describe("conversationOf", () => {
  test("reads system, tools, messages and parameters", () => {
    const found = conversationOf(json(asked), null);
    expect(found?.system).toEqual([{ kind: "text", text: "Be brief.", citations: [], cacheMark: "1h" }]);
    expect(found?.tools.map((each) => each.name)).toEqual(["read"]);
    expect(found?.parameters).toEqual([["max_tokens", "10"]]);
    expect(found?.before).toBe(2);
    expect(found?.missing).toBeNull();
  });

  test("puts a result, with its image and its mark, beside its call", () => {
    const messages = conversationOf(json(asked), null)?.messages ?? [];
    expect(messages[1]?.blocks).toEqual([
      {
        kind: "tool",
        id: "t1",
        name: "read",
        server: false,
        input: { path: "a.py" },
        brokenOff: false,
        cacheMark: "5m",
        result: {
          failed: true,
          blocks: [
            { kind: "text", text: "no such file", citations: [] },
            { kind: "image", mediaType: "image/png", data: "aGk=", source: "" },
          ],
        },
      },
    ]);
    expect(messages[2]?.blocks).toEqual([{ kind: "text", text: "And now?", citations: [] }]);
  });

  test("keeps a result whose call is not there, and what it does not know", () => {
    const content = [
      { type: "tool_result", tool_use_id: "gone", content: "42" },
      { type: "hologram", x: 1 },
    ];
    const found = conversationOf(json({ messages: [{ role: "user", content }] }), null);
    expect(found?.messages[0]?.blocks).toEqual([
      { kind: "result", toolUseId: "gone", failed: false, blocks: [{ kind: "text", text: "42", citations: [] }] },
      { kind: "raw", type: "hologram", value: { type: "hologram", x: 1 } },
    ]);
  });

  test("reads an answer with a server's tool, its result and citations", () => {
    const hit = { type: "web_search_result", title: "A page", url: "https://example.com" };
    const answer = {
      type: "message",
      stop_reason: "end_turn",
      usage: { input_tokens: 3, cache_read_input_tokens: 0, output_tokens: 4 },
      content: [
        { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "q" } },
        { type: "web_search_tool_result", tool_use_id: "s1", content: [hit] },
        { type: "redacted_thinking", data: "xyz" },
        { type: "text", text: "So.", citations: [{ title: "A page", url: "javascript:alert(1)", cited_text: "c" }] },
      ],
    };
    const found = conversationOf(json({ messages: [] }), json(answer))?.answer;
    expect(found?.usage).toEqual([
      ["input_tokens", 3],
      ["output_tokens", 4],
    ]);
    expect(found?.blocks).toMatchObject([
      { kind: "tool", server: true, result: { failed: false, blocks: [{ kind: "raw", type: "web_search_result" }] } },
      { kind: "thinking", hidden: true },
      { kind: "text", citations: [{ title: "A page", url: null }] },
    ]);
  });

  test("a failed search of the server's is told as failed", () => {
    const content = [
      { type: "server_tool_use", id: "s", name: "web_search", input: {} },
      {
        type: "web_search_tool_result",
        tool_use_id: "s",
        content: { type: "web_search_tool_result_error", error_code: "max_uses_exceeded" },
      },
    ];
    const found = conversationOf(json({ messages: [] }), json({ type: "message", content }))?.answer;
    expect(found?.blocks).toMatchObject([{ result: { failed: true } }]);
  });

  test("an error instead of an answer", () => {
    const error = { type: "error", error: { type: "rate_limit_error", message: "Wait." } };
    expect(conversationOf(json(asked), json(error))?.answer?.error).toEqual({
      type: "rate_limit_error",
      message: "Wait.",
    });
  });

  test("says when the recording or the stream stops too early", () => {
    const body = JSON.stringify(asked);
    const cut = conversationOf(json(null, { body: body.slice(0, -40), truncated: true }), null);
    expect(cut?.missing).toMatch(/recording stops/);
    const started = 'event: message_start\ndata: {"type":"message_start","message":{"content":[]}}\n\n';
    const stream = json(null, { body: started, mediaType: "text/event-stream; charset=utf-8" });
    expect(conversationOf(json(asked), stream)?.answer?.missing).toMatch(/broke off/);
    expect(conversationOf(json(asked), { ...stream, truncated: true })?.answer?.missing).toMatch(/recording stops/);
  });

  test("what is no conversation is none", () => {
    expect(conversationOf(json({ requests: [] }), null)).toBeNull();
    expect(conversationOf(json(null, { body: "AAAA", base64: true }), null)).toBeNull();
    expect(conversationOf(null, null)).toBeNull();
  });
});
