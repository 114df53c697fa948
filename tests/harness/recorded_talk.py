"""Requests worth reading: a turn with thinking and tools, a long conversation, and what goes wrong with them."""

from __future__ import annotations

import base64
import contextlib
import json
import struct
import zlib
from typing import Any

import httpx2

from harness.dashboard import HEADERS
from harness.server import ClaudeflareServer

MODEL = "claude-sonnet-4-6"
SYSTEM = [{"type": "text", "text": "You are a careful engineer.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
TOOLS = [
    {
        "name": "read_file",
        "description": "Reads a file.",
        "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
    },
    {"name": "run", "description": "Runs a command.", "input_schema": {"type": "object", "properties": {}}},
]
ANSWER = """The test fails because `limit` is **read before** it is set:

```python
def limit() -> int:
    return settings.limit
```

| file | line |
|------|------|
| app.py | 12 |

1. Move the call.
2. Run the tests again.

<b>HTML stays text</b> and ![a picture](https://example.com/x.png) is not fetched.
"""


def picture(width: int = 240, height: int = 120) -> str:
    """A PNG of one blue, in base64."""
    rows = b"".join(b"\x00" + b"\x2f\x6f\xd0" * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(png).decode()


def conversation(turns: int = 1) -> list[dict[str, Any]]:
    """Messages of so many earlier turns with a tool each, then what is asked now, with a picture."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Why does the test fail?"}]
    for turn in range(turns):
        call = {"type": "tool_use", "id": f"toolu_{turn}", "name": "read_file", "input": {"path": f"app{turn}.py"}}
        output = f"def limit_{turn}():\n    return settings.limit\n"
        result = {"type": "tool_result", "tool_use_id": f"toolu_{turn}", "content": output}
        messages += [
            {"role": "assistant", "content": [{"type": "text", "text": f"I look at file {turn}."}, call]},
            {"role": "user", "content": [result]},
        ]
    shot = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": picture()}}
    ask = {"type": "text", "text": "Here is what it shows. What now?", "cache_control": {"type": "ephemeral"}}
    messages[-1] = {"role": "user", "content": [*_blocks(messages[-1]["content"]), shot, ask]}
    return messages


def _blocks(content: Any) -> list[Any]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


async def say(server: ClaudeflareServer, script: dict[str, Any] | None = None, fault: str = "", **body: Any) -> str:
    """One request; its id once it is on record."""
    asked = {"model": MODEL, "max_tokens": 4000, "stream": True, "messages": conversation(), **body}
    headers = HEADERS | ({"x-simulator-answer": json.dumps(script)} if script else {})
    if fault:
        headers["x-simulator-fault"] = fault
    async with (
        httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client,
        client.stream("POST", "/v1/messages", json=asked) as answer,
    ):
        # An answer that breaks off does so for its client as well.
        with contextlib.suppress(httpx2.HTTPError):
            await answer.aread()
        request_id = answer.headers["x-claudeflare-request-id"]
    await server.record(request_id)
    return str(request_id)
