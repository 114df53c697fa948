"""The Python SDK, whichever version is on the path: does what each line of standard input asks, prints what it saw.

`typescript/client.mjs` does the same with the TypeScript SDK. Both only report: what is right is in `scenarios.py`.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Mapping
from typing import Any

import anthropic
from anthropic import Anthropic

Seen = dict[str, Any]


def fulfil(ask: Mapping[str, Any]) -> list[Seen]:
    """What one line asks for, seen turn by turn; an error is the last that is seen."""
    seen: list[Seen] = []
    with Anthropic(**ask["client"]) as client:
        try:
            CALLS[ask["call"]](client, ask, seen)
        except anthropic.APIError as error:
            seen.append(_error(error))
        except Exception:
            # Whoever asked tells what it means; the next line finds the program as this one did.
            seen.append({"crash": traceback.format_exc()})
    return seen


def create(client: Anthropic, ask: Mapping[str, Any], seen: list[Seen]) -> None:
    """A conversation of whole answers."""
    messages: list[Any] = []
    for turn in ask["turns"]:
        messages.append({"role": "user", "content": _content(turn, messages)})
        raw = client.messages.with_raw_response.create(**_request(ask, messages, turn))
        message = raw.parse()
        seen.append({**_message(message), "headers": dict(raw.headers)})
        messages.append({"role": "assistant", "content": message.content})


def stream(client: Anthropic, ask: Mapping[str, Any], seen: list[Seen]) -> None:
    """A conversation of streamed answers, read with the SDK's helper."""
    messages: list[Any] = []
    for turn in ask["turns"]:
        messages.append({"role": "user", "content": _content(turn, messages)})
        with client.messages.stream(**_request(ask, messages, turn)) as streaming:
            streamed = "".join(streaming.text_stream)
            message = streaming.get_final_message()
            seen.append({**_message(message), "streamed": streamed, "headers": dict(streaming.response.headers)})
        messages.append({"role": "assistant", "content": message.content})


def events(client: Anthropic, ask: Mapping[str, Any], seen: list[Seen]) -> None:
    """The events of one stream, or the first of them: up to one of the kind `leave_after`."""
    (turn,) = ask["turns"]
    request = _request(ask, [{"role": "user", "content": turn["user"]}], turn)
    kinds: list[str] = []
    with client.messages.create(**request, stream=True) as streaming:
        seen.append({"events": kinds, "headers": dict(streaming.response.headers)})
        for event in streaming:
            if kinds[-1:] != [event.type]:
                kinds.append(event.type)
            if event.type == ask.get("leave_after"):
                return


def count_tokens(client: Anthropic, ask: Mapping[str, Any], seen: list[Seen]) -> None:
    """The size of a prompt."""
    (turn,) = ask["turns"]
    request = _request(ask, [{"role": "user", "content": turn["user"]}], turn)
    raw = client.messages.with_raw_response.count_tokens(**request)
    seen.append({"input_tokens": raw.parse().input_tokens, "headers": dict(raw.headers)})


def models(client: Anthropic, ask: Mapping[str, Any], seen: list[Seen]) -> None:
    """All pages of the list."""
    seen.append({"models": [model.id for model in client.models.list(**ask["params"])]})


def model(client: Anthropic, ask: Mapping[str, Any], seen: list[Seen]) -> None:
    """One entry of it."""
    raw = client.models.with_raw_response.retrieve(ask["params"]["model"])
    seen.append({"models": [raw.parse().id], "headers": dict(raw.headers)})


def batches(client: Anthropic, ask: Mapping[str, Any], seen: list[Seen]) -> None:
    """A batch from its creation, with the headers of the turn, to its deletion."""
    (turn,) = ask["turns"]
    params = {**ask["params"], "messages": [{"role": "user", "content": turn["user"]}]}
    made = client.messages.batches.create(
        requests=[{"custom_id": name, "params": params} for name in ("a", "b")], extra_headers=turn["headers"]
    )
    batch = client.messages.batches.retrieve(made.id)
    results = {one.custom_id: one.result.type for one in client.messages.batches.results(made.id)}
    listed = [one.id == made.id for one in client.messages.batches.list(extra_headers=turn["headers"])]
    deleted = client.messages.batches.delete(made.id)
    seen.append({"status": batch.processing_status, "results": results, "listed": listed, "deleted": deleted.type})


def files(client: Anthropic, ask: Mapping[str, Any], seen: list[Seen]) -> None:
    """A file from its upload, with the headers of the turn, to its deletion; it is used, and one it led to is read."""
    (turn,) = ask["turns"]
    file = client.beta.files.upload(file=("a.txt", b"text", "text/plain"), extra_headers=turn["headers"])
    size = client.beta.files.retrieve_metadata(file.id).size_bytes
    document = {"type": "document", "source": {"type": "file", "file_id": file.id}}
    content: Any = [document, {"type": "text", "text": turn["user"]}]
    message: Any = client.messages.create(**ask["params"], messages=[{"role": "user", "content": content}])
    (ran,) = [block.to_dict() for block in message.content if block.type == "bash_code_execution_tool_result"]
    written = client.beta.files.download(ran["content"]["content"][0]["file_id"]).read()
    deleted = client.beta.files.delete(file.id)
    seen.append({"size": size, "written": written.decode(), "deleted": deleted.type})


CALLS = {call.__name__: call for call in (create, stream, events, count_tokens, models, model, batches, files)}


def _request(ask: Mapping[str, Any], messages: list[Any], turn: Mapping[str, Any]) -> dict[str, Any]:
    request = {**ask["params"], "messages": messages, "extra_headers": turn.get("headers", {})}
    if "padding" in ask:
        request["system"] = "x" * ask["padding"]
    return request


def _content(turn: Mapping[str, Any], messages: list[Any]) -> Any:
    """The user's words, or the result of the tool that was used last."""
    if "user" in turn:
        return turn["user"]
    (use,) = [block for block in messages[-1]["content"] if block.type == "tool_use"]
    return [{"type": "tool_result", "tool_use_id": use.id, "content": turn["result"]}]


def _message(message: Any) -> Seen:
    return {
        "blocks": [block.type for block in message.content],
        "text": "".join(block.text for block in message.content if block.type == "text"),
        "thinking": [block.thinking for block in message.content if block.type == "thinking"],
        "signed": [bool(block.signature) for block in message.content if block.type == "thinking"],
        "tools": [[block.name, block.input] for block in message.content if block.type == "tool_use"],
        "stop_reason": message.stop_reason,
        "model": message.model,
        "input_tokens": message.usage.input_tokens,
        "output_tokens": message.usage.output_tokens,
    }


def _error(error: anthropic.APIError) -> Seen:
    seen = {"error": type(error).__name__}
    if not isinstance(error, anthropic.APIStatusError):
        return seen
    body: Any = error.body
    return {
        **seen,
        "status": error.status_code,
        "type": body["error"]["type"],
        "message": body["error"]["message"],
        "request_id": error.request_id,
        "headers": dict(error.response.headers),
    }


def main() -> None:
    """Say which SDK this is, then serve until standard input ends."""
    print(json.dumps({"language": "python", "version": anthropic.__version__}), flush=True)
    for line in sys.stdin:
        print(json.dumps(fulfil(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
