"""Content blocks of the Messages API -> what a conversation shows of them; unknown ones as they are. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TextBlock:
    """What was said. `sources`: what it cites."""

    text: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thinking:
    """Empty when the API does not show it."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool's call, and its result where this request has it."""

    id: str
    name: str
    input: Any
    by_api: bool
    """Run by the API itself: web search, code execution, …"""
    broken_off: bool = False
    """The stream ended before the input was whole."""
    result: ToolResult | None = None


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered."""

    tool_use_id: str
    failed: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture: its bytes when they are in the body, else where it comes from."""

    media_type: str
    size: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document; `text` when it is plain text in the body."""

    title: str
    media_type: str
    text: str | None
    source: str


@dataclass(frozen=True, slots=True)
class RawBlock:
    """Of a kind that came after this was written."""

    type: str
    value: Any


Block = TextBlock | Thinking | ToolUse | ToolResult | Image | Document | RawBlock


def blocks_of(content: Any) -> tuple[Block, ...]:
    """A message's `content`: a text, or blocks."""
    if content is None or content == "":
        return ()
    if isinstance(content, str):
        return (TextBlock(content),)
    if not isinstance(content, list):
        return (RawBlock("content", content),)
    return tuple(_block(each) for each in content)


def as_object(value: Any) -> Json:
    """`value` where it is an object, else an empty one: what clients and the API send is not ours to trust."""
    return value if isinstance(value, dict) else {}


def as_text(value: Any, otherwise: str = "") -> str:
    """`value` where it is a text."""
    return value if isinstance(value, str) else otherwise


def _block(given: Any) -> Block:
    value = as_object(given)
    kind = as_text(value.get("type"), "unknown")
    if kind == "text" and "deltas" not in value:
        return TextBlock(as_text(value.get("text")), _sources(value.get("citations")))
    if kind in ("thinking", "redacted_thinking"):
        return Thinking(as_text(value.get("thinking")))
    if kind in ("tool_use", "server_tool_use", "mcp_tool_use"):
        return _tool_use(value, by_api=kind != "tool_use")
    if kind == "image":
        return _image(as_object(value.get("source")))
    if kind == "document":
        return _document(value)
    # tool_result, web_search_tool_result, code_execution_tool_result, mcp_tool_result, …
    if kind.endswith("tool_result"):
        return _result(value)
    return RawBlock(kind, given)


def _tool_use(value: Json, *, by_api: bool) -> ToolUse:
    name = as_text(value.get("name"), "a tool without a name")
    return ToolUse(
        as_text(value.get("id")), name, value.get("input") or {}, by_api, broken_off=value.get("broken_off") is True
    )


def _result(value: Json) -> ToolResult:
    content = value.get("content")
    failed = value.get("is_error") is True or as_text(as_object(content).get("type")).endswith("_error")
    # Results of the API's own tools may be one object, or rows of a kind of their own.
    blocks = blocks_of([content] if isinstance(content, dict) else content)
    return ToolResult(as_text(value.get("tool_use_id")), failed, blocks)


def _image(source: Json) -> Image:
    media_type = as_text(source.get("media_type"), "image")
    if source.get("type") == "base64":
        return Image(media_type, len(as_text(source.get("data"))) * 3 // 4, "")
    where = as_text(source.get("url")) or as_text(source.get("file_id")) or as_text(source.get("type"), "unknown")
    return Image(media_type, None, where)


def _document(value: Json) -> Document:
    source = as_object(value.get("source"))
    return Document(
        title=as_text(value.get("title"), "Document"),
        media_type=as_text(source.get("media_type"), as_text(source.get("type"), "unknown")),
        text=as_text(source.get("data")) if source.get("type") == "text" else None,
        source=as_text(source.get("url")) or as_text(source.get("file_id")),
    )


def _sources(citations: Any) -> tuple[str, ...]:
    cited: Sequence[Any] = citations if isinstance(citations, list) else []
    found: dict[str, None] = {}
    for each in map(as_object, cited):
        title = next((each[name] for name in ("title", "document_title", "source") if as_text(each.get(name))), "")
        found[" ".join(part for part in (title or "Source", as_text(each.get("url"))) if part)] = None
    return tuple(found)
