"""The files a message speaks of by their ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from claudeflare.simulator.conversation import blocks_of
from claudeflare.simulator.errors import invalid
from claudeflare.simulator.resources.files import StoredFile, usable_file
from claudeflare.simulator.resources.shelf import Shelf


def check_files(body: dict[str, Any], files: Shelf[StoredFile], workspace_id: str, now: float) -> None:
    """Raises ApiError 404 for a file this workspace has not or that has expired, 400 for a reference that is none."""
    for message in body["messages"]:
        for block in blocks_of(message):
            for file_id in _file_ids(block):
                if not isinstance(file_id, str):
                    raise invalid("source.file.file_id: Input should be a valid string")
                usable_file(files, workspace_id, file_id, now)


def _file_ids(block: dict[str, Any]) -> Iterator[Any]:
    source = block.get("source")
    if block["type"] == "container_upload":
        yield block.get("file_id")
    elif isinstance(source, dict) and source.get("type") == "file":
        yield source.get("file_id")
    elif block["type"] == "tool_result" and isinstance(block.get("content"), list):
        for inner in block["content"]:
            if isinstance(inner, dict) and isinstance(inner.get("type"), str):
                yield from _file_ids(inner)
