// The TypeScript SDK: does what each line of standard input asks, prints what it saw.
//
// `../python_client.py` does the same with the Python SDKs. Both only report: what is right is in `../scenarios.py`.

import { createInterface } from "node:readline";
import Anthropic, { APIError, toFile } from "@anthropic-ai/sdk";
import { VERSION } from "@anthropic-ai/sdk/version";

/** What one line asks for, seen turn by turn; an error is the last that is seen. */
async function fulfil(ask) {
  const seen = [];
  try {
    await calls[ask.call](makeClient(ask.client), ask, seen);
  } catch (error) {
    // Whoever asked tells what a crash means; the next line finds the program as this one did.
    seen.push(error instanceof APIError ? seenError(error) : { crash: error.stack });
  }
  return seen;
}

const calls = {
  /** A conversation of whole answers. */
  async create(client, ask, seen) {
    const messages = [];
    for (const turn of ask.turns) {
      messages.push({ role: "user", content: content(turn, messages) });
      const { data, response } = await client.messages.create(...request(ask, messages, turn)).withResponse();
      seen.push({ ...seenMessage(data), headers: Object.fromEntries(response.headers) });
      messages.push({ role: "assistant", content: data.content });
    }
  },

  /** A conversation of streamed answers, read with the SDK's helper. */
  async stream(client, ask, seen) {
    const messages = [];
    for (const turn of ask.turns) {
      messages.push({ role: "user", content: content(turn, messages) });
      const streaming = client.messages.stream(...request(ask, messages, turn));
      let streamed = "";
      streaming.on("text", (text) => (streamed += text));
      const message = await streaming.finalMessage();
      const { response } = await streaming.withResponse();
      seen.push({ ...seenMessage(message), streamed, headers: Object.fromEntries(response.headers) });
      messages.push({ role: "assistant", content: message.content });
    }
  },

  /** The events of one stream, or the first of them: up to one of the kind `leave_after`. */
  async events(client, ask, seen) {
    const [turn] = ask.turns;
    const [body, options] = request(ask, [{ role: "user", content: turn.user }], turn);
    const { data, response } = await client.messages.create({ ...body, stream: true }, options).withResponse();
    const kinds = [];
    seen.push({ events: kinds, headers: Object.fromEntries(response.headers) });
    for await (const event of data) {
      if (kinds.at(-1) !== event.type) kinds.push(event.type);
      if (event.type === ask.leave_after) break; // the SDK aborts the request then
    }
  },

  /** The size of a prompt. */
  async count_tokens(client, ask, seen) {
    const [turn] = ask.turns;
    const asked = request(ask, [{ role: "user", content: turn.user }], turn);
    const { data, response } = await client.messages.countTokens(...asked).withResponse();
    seen.push({ input_tokens: data.input_tokens, headers: Object.fromEntries(response.headers) });
  },

  /** All pages of the list. */
  async models(client, ask, seen) {
    const models = [];
    for await (const model of client.models.list(ask.params)) models.push(model.id);
    seen.push({ models });
  },

  /** One entry of it. */
  async model(client, ask, seen) {
    const { data, response } = await client.models.retrieve(ask.params.model).withResponse();
    seen.push({ models: [data.id], headers: Object.fromEntries(response.headers) });
  },

  /** A batch from its creation, with the headers of the turn, to its deletion. */
  async batches(client, ask, seen) {
    const [{ user, headers }] = ask.turns;
    const params = { ...ask.params, messages: [{ role: "user", content: user }] };
    const requests = ["a", "b"].map((custom_id) => ({ custom_id, params }));
    const made = await client.messages.batches.create({ requests }, { headers });
    const batch = await client.messages.batches.retrieve(made.id);
    const results = {};
    for await (const one of await client.messages.batches.results(made.id)) results[one.custom_id] = one.result.type;
    const listed = [];
    for await (const one of client.messages.batches.list({}, { headers })) listed.push(one.id === made.id);
    const deleted = await client.messages.batches.delete(made.id);
    seen.push({ status: batch.processing_status, results, listed, deleted: deleted.type });
  },

  /** A file from its upload, with the headers of the turn, to its deletion; it is used, and one it led to is read. */
  async files(client, ask, seen) {
    const [{ user, headers }] = ask.turns;
    const upload = await toFile(Buffer.from("text"), "a.txt", { type: "text/plain" });
    const file = await client.beta.files.upload({ file: upload }, { headers });
    const { size_bytes: size } = await client.beta.files.retrieveMetadata(file.id);
    const document = { type: "document", source: { type: "file", file_id: file.id } };
    const content = [document, { type: "text", text: user }];
    const message = await client.messages.create({ ...ask.params, messages: [{ role: "user", content }] });
    const ran = message.content.find((block) => block.type === "bash_code_execution_tool_result");
    const download = await client.beta.files.download(ran.content.content[0].file_id);
    const written = await download.text();
    const deleted = await client.beta.files.delete(file.id);
    seen.push({ size, written, deleted: deleted.type });
  },
};

function makeClient({ base_url, api_key, auth_token, max_retries, timeout, default_headers }) {
  return new Anthropic({
    baseURL: base_url,
    apiKey: api_key ?? null,
    authToken: auth_token ?? null,
    maxRetries: max_retries,
    timeout: timeout && timeout * 1000,
    defaultHeaders: default_headers,
  });
}

function request(ask, messages, turn) {
  const system = ask.padding && { system: "x".repeat(ask.padding) };
  return [{ ...ask.params, ...system, messages: [...messages] }, { headers: turn.headers }];
}

/** The user's words, or the result of the tool that was used last. */
function content(turn, messages) {
  if (turn.user !== undefined) return turn.user;
  const use = messages.at(-1).content.find((block) => block.type === "tool_use");
  return [{ type: "tool_result", tool_use_id: use.id, content: turn.result }];
}

function seenMessage({ content, stop_reason, model, usage }) {
  const of = (type) => content.filter((block) => block.type === type);
  return {
    blocks: content.map((block) => block.type),
    text: of("text").map((block) => block.text).join(""),
    thinking: of("thinking").map((block) => block.thinking),
    signed: of("thinking").map((block) => Boolean(block.signature)),
    tools: of("tool_use").map((block) => [block.name, block.input]),
    stop_reason,
    model,
    input_tokens: usage.input_tokens,
    output_tokens: usage.output_tokens,
  };
}

function seenError(error) {
  const seen = { error: error.constructor.name };
  if (error.error === undefined) return seen;
  return {
    ...seen,
    status: error.status,
    type: error.error.error.type,
    message: error.error.error.message,
    request_id: error.requestID,
    headers: Object.fromEntries(error.headers),
  };
}

console.log(JSON.stringify({ language: "js", version: VERSION }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await fulfil(JSON.parse(line))));
}
