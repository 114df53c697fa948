import { describe, expect, test } from "vitest";
import { assemble } from "./event-stream";

const sse = (...events: { type: string }[]) =>
  events.map((each) => `event: ${each.type}\ndata: ${JSON.stringify(each)}\n\n`).join("");

const start = { type: "message_start", message: { id: "msg_1", model: "m", content: [], usage: { input_tokens: 5 } } };
const block = (index: number, content_block: object) => ({ type: "content_block_start", index, content_block });
const delta = (index: number, change: object) => ({ type: "content_block_delta", index, delta: change });
const stop = [
  { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 7 } },
  { type: "message_stop" },
];

describe("assemble", () => {
  test("puts thinking, text and a tool's input together", () => {
    const { message, ended, error } = assemble(
      sse(
        start,
        block(0, { type: "thinking", thinking: "", signature: "" }),
        delta(0, { type: "thinking_delta", thinking: "Let me " }),
        delta(0, { type: "thinking_delta", thinking: "see." }),
        delta(0, { type: "signature_delta", signature: "abc" }),
        block(1, { type: "text", text: "" }),
        delta(1, { type: "text_delta", text: "Well" }),
        delta(1, { type: "citations_delta", citation: { cited_text: "x" } }),
        block(2, { type: "tool_use", id: "toolu_1", name: "read", input: {} }),
        delta(2, { type: "input_json_delta", partial_json: '{"path":' }),
        delta(2, { type: "input_json_delta", partial_json: '"a.py"}' }),
        ...stop,
      ),
    );
    expect(ended).toBe(true);
    expect(error).toBeNull();
    expect(message.usage).toEqual({ input_tokens: 5, output_tokens: 7 });
    expect(message.stop_reason).toBe("tool_use");
    expect(message.content).toEqual([
      { type: "thinking", thinking: "Let me see.", signature: "abc" },
      { type: "text", text: "Well", citations: [{ cited_text: "x" }] },
      { type: "tool_use", id: "toolu_1", name: "read", input: { path: "a.py" } },
    ]);
  });

  test("a tool without input keeps the empty one", () => {
    const { message } = assemble(
      sse(
        start,
        block(0, { type: "tool_use", id: "t", name: "now", input: {} }),
        delta(0, { type: "input_json_delta", partial_json: "" }),
      ),
    );
    expect(message.content).toEqual([{ type: "tool_use", id: "t", name: "now", input: {} }]);
  });

  test("a stream that broke off in a tool's input shows what came", () => {
    const whole = sse(
      start,
      block(0, { type: "tool_use", id: "t", name: "write", input: {} }),
      delta(0, { type: "input_json_delta", partial_json: '{"path":"a","text":"half of' }),
    );
    const { message, ended } = assemble(whole);
    expect(ended).toBe(false);
    expect(message.content).toEqual([
      { type: "tool_use", id: "t", name: "write", input: { path: "a", text: "half of" }, broken_off: true },
    ]);
    expect(assemble(whole.slice(0, -30)).events).toBe(2);
  });

  test("an error in the middle is told with what came before", () => {
    const { message, error } = assemble(
      sse(start, block(0, { type: "text", text: "" }), delta(0, { type: "text_delta", text: "So far" }), {
        type: "error",
        error: { type: "overloaded_error", message: "Overloaded" },
      } as { type: string }),
    );
    expect(error).toEqual({ type: "overloaded_error", message: "Overloaded" });
    expect(message.content).toEqual([{ type: "text", text: "So far" }]);
  });

  test("unknown deltas and pings, carriage returns and comments do no harm", () => {
    const text = sse(start, { type: "ping" }, block(0, { type: "new" }), delta(0, { type: "new_delta", x: 1 }));
    const { message } = assemble(`: hello\r\n${text.replaceAll("\n", "\r\n")}`);
    expect(message.content).toEqual([{ type: "new", deltas: [{ type: "new_delta", x: 1 }] }]);
  });

  test("any beginning can be read", () => {
    const whole = sse(
      start,
      block(0, { type: "text", text: "" }),
      delta(0, { type: "text_delta", text: "abc" }),
      ...stop,
    );
    for (let length = 0; length <= whole.length; length += 1) assemble(whole.slice(0, length));
    expect(assemble(whole).ended).toBe(true);
  });
});
