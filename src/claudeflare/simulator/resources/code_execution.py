"""Code execution: a server tool that runs nothing, but answers as if it had, and writes the file it was asked for."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from claudeflare.simulator.prompt import count_text
from claudeflare.simulator.resources.containers import runs_code
from claudeflare.simulator.resources.files import StoredFile
from claudeflare.simulator.seeding import identifier

CONTENT = b"These bytes were written by code execution.\n"


class Execution(msgspec.Struct, frozen=True):
    """One run."""

    call: dict[str, Any]
    """The block `server_tool_use`."""
    result: dict[str, Any]
    """The block `bash_code_execution_tool_result`."""
    file: StoredFile | None

    @property
    def tokens_read(self) -> int:
        """What the model reads for it: input, known only after the answer has begun."""
        return count_text(msgspec.json.encode(self.result).decode())


def execute(body: dict[str, Any], message_id: str, now: float) -> Execution | None:
    """The run this request leads to: the tool is offered and the user's last words are "run …" or "execute …".

    "… file" makes it write one. None: no run.
    """
    words = set(re.findall(r"[a-z]+", _last_words(body).lower()))
    if not runs_code(body) or not words & {"run", "execute"} or (body.get("tool_choice") or {}).get("type") == "none":
        return None
    call_id = identifier("srvtoolu", message_id, "execution")
    file = None
    if "file" in words:
        file = StoredFile(
            id=identifier("file", message_id),
            filename="output.txt",
            mime_type="text/plain",
            size=len(CONTENT),
            created_at=now,
            content=CONTENT,
        )
    outputs = [{"type": "bash_code_execution_output", "file_id": file.id}] if file else []
    done = {"stdout": "done\n", "stderr": "", "return_code": 0, "content": outputs}
    return Execution(
        call={"type": "server_tool_use", "id": call_id, "name": "bash_code_execution", "input": {"command": "true"}},
        result={
            "type": "bash_code_execution_tool_result",
            "tool_use_id": call_id,
            "content": {"type": "bash_code_execution_result", **done},
        },
        file=file,
    )


def _last_words(body: dict[str, Any]) -> str:
    content = body["messages"][-1]["content"]
    if isinstance(content, str):
        return content
    return " ".join(block["text"] for block in content if block["type"] == "text")
