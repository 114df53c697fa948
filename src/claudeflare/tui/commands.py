"""What the command palette (Ctrl+K) finds: screens, what the screen in front can do, accounts, requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.fuzzy import Matcher
from textual.markup import escape

from claudeflare.formatting import absolute, epoch
from claudeflare.presentation.request_lines import short_model
from claudeflare.presentation.standing import standing_words
from claudeflare.tui.widgets.screen_tabs import NAMES

if TYPE_CHECKING:
    from claudeflare.tui.app import TerminalUI

_NOT_OFFERED: Final = (
    *("switch_mode", "command_", "screen.", "app.focus_"),
    *("cursor_", "scroll_", "page_", "first", "last", "select", "move(", "page(", "edge(", "chart(", "point"),
)
"""What actions begin with that have a line of their own here, or only move about."""


class Entry(NamedTuple):
    """One line of the palette."""

    words: str
    help: str
    run: Callable[[], object]


class PaletteCommands(Provider):
    """Screens and actions at first; accounts and requests as soon as something is typed."""

    async def discover(self) -> Hits:
        """As in the base class."""
        for entry in (*self._screens(), *self._actions()):
            yield DiscoveryHit(Content(entry.words), entry.run, text=entry.words, help=escape(entry.help))

    async def search(self, query: str) -> Hits:
        """As in the base class."""
        matcher = self.matcher(query)
        for entry in (*self._screens(), *self._actions(), *self._accounts(), *self._requests()):
            if (score := matcher.match(entry.words)) > 0:
                shown = _highlighted(matcher, entry.words)
                yield Hit(score, shown, entry.run, text=entry.words, help=escape(entry.help))

    @property
    def _ui(self) -> TerminalUI:
        return cast("TerminalUI", self.app)

    def _screens(self) -> Iterator[Entry]:
        for key, name in enumerate(NAMES, 1):
            yield Entry(name, f"Screen {key}", partial(self._ui.switch_mode, name.lower()))

    def _actions(self) -> Iterator[Entry]:
        """What has a key here; moving about is left out."""
        for key, active in self.screen.active_bindings.items():
            binding = active.binding
            if active.enabled and binding.description and not binding.action.startswith(_NOT_OFFERED):
                run = partial(self._ui.run_action, binding.action, active.node)
                yield Entry(binding.description, f"Key {self._ui.get_key_display(binding) or key}", run)

    def _accounts(self) -> Iterator[Entry]:
        ui = self._ui
        for account in ui.link.state.accounts:
            words = standing_words(account, ui.around.clock(), ui.around.zone)
            yield Entry(f"Account {account['name']}", words, partial(ui.open_account, account["name"]))

    def _requests(self) -> Iterator[Entry]:
        ui = self._ui
        for request in ui.link.state.requests:
            at = absolute(epoch(request["timestamp"]), ui.around.zone)
            help_ = f"{at}, {short_model(request['model'])}, {request['accountUsed'] or 'no account'}"
            yield Entry(f"Request {request['id']}", help_, partial(ui.open_request, request["id"]))


def _highlighted(matcher: Matcher, words: str) -> Content:
    """The matcher's own takes words for markup, and names may hold anything."""
    _, offsets = matcher.fuzzy_search.match(matcher.query, words)
    content = Content(words)
    for offset in offsets:
        content = content.stylize(matcher.match_style, offset, offset + 1)
    return content
