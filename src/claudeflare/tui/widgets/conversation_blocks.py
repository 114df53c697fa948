"""One block of a message as widgets: text, thinking, a tool with its result, an image's note, or whatever it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Markdown, Static

from claudeflare.formatting import compact, count_of, size
from claudeflare.presentation.content_blocks import (
    Block,
    Document,
    Image,
    RawBlock,
    TextBlock,
    Thinking,
    ToolResult,
    ToolUse,
)
from claudeflare.presentation.harmless import json_text
from claudeflare.tui.widgets.fold import Fold

CLIP: Final = 6_000
"""Characters of a text that are laid out at once; the rest is folded."""
MOST: Final = 200_000
"""Characters that are shown here at all; Raw has everything."""
BLOCKS: Final = 40
"""Blocks of one message that are laid out at once."""
_FIRST_WORDS: Final = 120


def widgets_of(blocks: Sequence[Block]) -> Iterator[Widget]:
    """One below the other; of very many the first, and the others when they are asked for."""
    for block in blocks[:BLOCKS]:
        yield from _shown(block)
    if len(blocks) > BLOCKS:
        rest = blocks[BLOCKS:]
        yield Fold(_title(count_of(len(rest), "more block"), ""), lambda: widgets_of(rest))


def size_words(text: str) -> str:
    """`12.3 k characters`."""
    return f"{compact(len(text))} characters"


def plain(text: str) -> Iterator[Widget]:
    """Output of programs and the like: its lines matter, and it is no Markdown."""
    yield Static(Content(text[:CLIP]), markup=False, classes="plain")
    yield from _rest(text)


def quiet(text: str) -> Widget:
    """A note."""
    return Static(Content.styled(text, "$quiet"), markup=False)


def _shown(block: Block) -> Iterator[Widget]:
    match block:
        case TextBlock():
            yield from _prose(block.text)
            if block.sources:
                yield quiet("Sources: " + "; ".join(block.sources))
        case Thinking(text=""):
            yield quiet("Thinking, not shown by the API")
        case Thinking():
            yield Fold(_title("Thinking", size_words(block.text)), lambda: _prose(block.text))
        case ToolUse():
            yield Fold(_tool_title(block), lambda: _tool(block))
        case ToolResult():
            words = "failed" if block.failed else ""
            yield Fold(_title("Result of an earlier call", words), lambda: _result(block))
        case Image():
            yield quiet(f"Image, {block.media_type}, {block.source if block.size is None else size(block.size)}")
        case Document():
            yield Fold(_title(block.title, block.media_type), lambda: _document(block))
        case RawBlock():
            yield Fold(_title(block.type, ""), lambda: plain(json_text(block.value, indent=2)))


def _prose(text: str) -> Iterator[Widget]:
    yield Markdown(text[:CLIP], parser_factory=_markdown, open_links=False)
    yield from _rest(text)


@cache
def _markdown() -> MarkdownIt:
    """As it is meant in conversations: tags are words to a model, and lines end where their writer ended them."""
    parser = MarkdownIt("gfm-like").disable(["html_block", "html_inline"])
    parser.core.ruler.push("keep_lines", _keep_lines)
    return parser


def _keep_lines(state: StateCore) -> None:
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "softbreak":
                child.type = "hardbreak"


def _rest(text: str) -> Iterator[Widget]:
    if len(text) > CLIP:
        rest = text[CLIP:MOST]
        yield Fold(_title(f"{compact(len(text) - CLIP)} more characters", ""), lambda: _pieces(rest))
    if len(text) > MOST:
        yield quiet(f"Raw has the other {compact(len(text) - MOST)} characters.")


def _pieces(text: str) -> Iterator[Widget]:
    for at in range(0, len(text), CLIP):
        yield Static(Content(text[at : at + CLIP]), markup=False, classes="plain")


def _title(name: str, words: str) -> Content:
    return Content.assemble((name, "bold"), ("  " + words if words else "", "$quiet"))


def _tool_title(tool: ToolUse) -> Content:
    if tool.result is None:
        state = ("", "")
    else:
        state = ("  ✗ failed", "$error") if tool.result.failed else ("  ✓ done", "$success")
    return Content.assemble(
        (tool.name, "bold"), state, ("  by the API" if tool.by_api else "", "$quiet"), ("  " + _about(tool), "$quiet")
    )


def _about(tool: ToolUse) -> str:
    """What a call is about: the first text of its input."""
    values: Sequence[Any] = list(tool.input.values()) if isinstance(tool.input, dict) else [tool.input]
    first = next((value for value in values if isinstance(value, str)), "")
    return " ".join(first[:_FIRST_WORDS].split())


def _tool(tool: ToolUse) -> Iterator[Widget]:
    if tool.broken_off:
        yield quiet("The stream ended before the input was whole.")
    yield from plain(tool.input if isinstance(tool.input, str) else json_text(tool.input, indent=2))
    if tool.result is None:
        yield quiet("The result is not in this request: it comes with the next one.")
    else:
        yield quiet("Result")
        yield from _result(tool.result)


def _result(result: ToolResult) -> Iterator[Widget]:
    if not result.blocks:
        yield quiet("Empty")
    for block in result.blocks[:BLOCKS]:
        yield from plain(block.text) if isinstance(block, TextBlock) else _shown(block)
    if len(result.blocks) > BLOCKS:
        rest = replace(result, blocks=result.blocks[BLOCKS:])
        yield Fold(_title(count_of(len(rest.blocks), "more block"), ""), lambda: _result(rest))


def _document(document: Document) -> Iterator[Widget]:
    if document.text is None:
        yield quiet(document.source or "Its content is in Raw.")
    else:
        yield from plain(document.text)
