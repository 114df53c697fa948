"""A request and its answer as a conversation: this turn first, the earlier ones when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker

from claudeflare.formatting import count_of
from claudeflare.presentation.content_blocks import TextBlock
from claudeflare.presentation.conversation import Answer, Conversation, Message, Tool
from claudeflare.tui.request_record import RequestRecord
from claudeflare.tui.widgets.conversation_blocks import plain, quiet, size_words, widgets_of
from claudeflare.tui.widgets.fold import Fold
from claudeflare.tui.widgets.record_view import RecordView

MANY: Final = 12
"""From so many messages on, only those of this turn are shown at first."""
EARLIER: Final = 50
"""So many earlier messages are shown at a time."""
_AT_ONCE: Final = 8
"""Messages laid out before the keyboard is looked at again."""
_ROLES: Final = {"user": ("User", "$secondary"), "assistant": ("Assistant", "$primary")}


class ConversationView(RecordView):
    """System prompt, tools and parameters folded, then turns, then the answer."""

    DEFAULT_CSS = """
    ConversationView Markdown { padding: 0; }
    ConversationView Markdown > MarkdownBlock:last-child { margin-bottom: 0; }
    ConversationView .message { height: auto; margin: 1 0 0 0; }
    ConversationView .plain { width: 1fr; height: auto; }
    ConversationView .earlier { color: $primary; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._conversation: Conversation | None = None
        self._first = 0

    @property
    def hides(self) -> bool:
        """Whether there are turns that are not shown."""
        return bool(self.query(_Earlier))

    async def fill(self, record: RequestRecord) -> None:
        """As in the base class."""
        self._conversation = conversation = (await record.recording()).conversation
        if conversation is None:
            words = f"{record.detail['method']} {record.detail['path']} is no conversation. Raw shows what was said."
            await self.put(quiet(words))
            return
        first = conversation.before if len(conversation.messages) > MANY else 0
        await self._lay_out(conversation, first)

    async def _lay_out(self, conversation: Conversation, first: int) -> None:
        # Of a turn that only brought results nothing is left: they stand with their calls.
        messages = [message for message in conversation.messages[first:] if message.blocks]
        self._first = first
        begin = list(_preamble(conversation))
        if first:
            begin.append(_Earlier(f"▸ {count_of(first, 'earlier message')} not shown (e: show)"))
        await self.put(*begin, *map(_message, messages[:_AT_ONCE]))
        for at in range(_AT_ONCE, len(messages), _AT_ONCE):
            await self.mount(*map(_message, messages[at : at + _AT_ONCE]))
        await self.mount(*_ending(conversation))
        self.screen.refresh_bindings()

    async def show_earlier(self) -> None:
        """Show the turns before this one."""
        if self._conversation is not None and self.hides:
            first = max(0, self._first - EARLIER)
            _: Worker[None] = self.run_worker(
                partial(self._lay_out, self._conversation, first), group="fill", exclusive=True
            )

    async def unfold(self) -> None:
        """Open all that is folded at the first level, or close it when all of it is open."""
        folds = [fold for fold in self.query(Fold) if not any(isinstance(each, Fold) for each in fold.ancestors)]
        opened = any(not fold.opened for fold in folds)
        for fold in folds:
            await fold.set_opened(opened)


class _Earlier(Static):
    """Where earlier turns would stand; a click shows them."""

    def __init__(self, words: str) -> None:
        super().__init__(words, markup=False, classes="earlier")

    async def on_click(self) -> None:
        await self.query_ancestor(ConversationView).show_earlier()


def _preamble(conversation: Conversation) -> Iterator[Widget]:
    if conversation.system:
        said = "".join(block.text for block in conversation.system if isinstance(block, TextBlock))
        yield Fold(_folded("System prompt", size_words(said)), lambda: widgets_of(conversation.system))
    if conversation.tools:
        names = ", ".join(tool.name for tool in conversation.tools)
        title = _folded(count_of(len(conversation.tools), "tool"), names)
        yield Fold(title, lambda: _tools(conversation.tools))
    if conversation.parameters:
        lines = "\n".join(f"{name}: {value}" for name, value in conversation.parameters)
        names = ", ".join(name for name, _ in conversation.parameters)
        yield Fold(_folded("Parameters", names), lambda: plain(lines))


def _folded(name: str, words: str) -> Content:
    return Content.assemble((name, "bold"), ("  " + words, "$quiet"))


def _tools(tools: Sequence[Tool]) -> Iterator[Widget]:
    for tool in tools:
        yield Fold(Content.styled(tool.name, "bold"), partial(plain, tool.description or "No description."))


def _message(message: Message) -> Widget:
    name, color = _ROLES.get(message.role, (message.role, "$foreground"))
    return Vertical(_heading(name, color, ""), *widgets_of(message.blocks), classes="message")


def _ending(conversation: Conversation) -> Iterator[Widget]:
    if conversation.missing:
        yield _missing(conversation.missing)
    if conversation.answer is None:
        yield quiet("\nNo answer is on record.")
    else:
        yield Vertical(*_answer(conversation.answer), classes="message")


def _answer(answer: Answer) -> Iterator[Widget]:
    ended = f"ended by {answer.stop_reason.replace('_', ' ')}" if answer.stop_reason else ""
    yield _heading("Answer", "$success", ended)
    yield from widgets_of(answer.blocks)
    if answer.error is not None:
        kind, words = answer.error
        yield Static(Content.assemble((f"✗ {kind.replace('_', ' ')}: ", "$error"), words), markup=False)
    if answer.missing:
        yield _missing(answer.missing)


def _heading(name: str, color: str, words: str) -> Widget:
    return Static(Content.assemble((name, f"bold {color}"), ("  " + words if words else "", "$quiet")), markup=False)


def _missing(words: str) -> Widget:
    return Static(Content.assemble(("✂ cut off  ", "$warning"), words), markup=False)
