"""Bodies and events upstreams send in these tests."""

from __future__ import annotations

import json

from harness.upstream import UpstreamPeer

USAGE = {"input_tokens": 9, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 0, "output_tokens": 4}
MESSAGE = json.dumps(
    {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-5-5",
        "content": [{"type": "text", "text": "Hello"}],
        "stop_reason": "end_turn",
        "usage": USAGE,
    }
).encode()

REQUEST = b'{"model":"claude-opus-5-5","max_tokens":10,"messages":[{"role":"user","content":"Hi"}]}'
STREAM_REQUEST = (
    b'{"model":"claude-opus-5-5","max_tokens":10,"stream":true,"messages":[{"role":"user","content":"Hi"}]}'
)


def event(kind: str, **data: object) -> bytes:
    """One complete event."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n".encode()


START = event(
    "message_start",
    message={"id": "msg_1", "model": "claude-opus-5-5", "usage": {"input_tokens": 9, "output_tokens": 1}},
)
PING = event("ping")
BLOCK = event("content_block_start", index=0, content_block={"type": "text", "text": ""})
DELTA = event("content_block_delta", index=0, delta={"type": "text_delta", "text": "Hello"})
BLOCK_END = event("content_block_stop", index=0)
END = event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 4})
STOP = event("message_stop")
EVENTS = (START, PING, BLOCK, DELTA, BLOCK_END, END, STOP)
STREAM = b"".join(EVENTS)


def error_event(kind: str = "overloaded_error") -> bytes:
    """An error as an event of a stream."""
    return event("error", error={"type": kind, "message": "Overloaded"})


def error_body(kind: str, message: str = "no", **details: object) -> bytes:
    """An error as a JSON body."""
    error = {"type": kind, "message": message, **({"details": details} if details else {})}
    return json.dumps({"type": "error", "error": error, "request_id": "req_1"}).encode()


async def answer(peer: UpstreamPeer) -> None:
    """A message, or a stream of it in small chunks where the request asks for one."""
    if b'"stream":true' in peer.body:
        await peer.begin_stream()
        for at in range(0, len(STREAM), 50):
            await peer.chunk(STREAM[at : at + 50])
        await peer.end_stream()
    else:
        await peer.answer(MESSAGE)
