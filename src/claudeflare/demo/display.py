"""Where pictures go: redrawn in place on a terminal, a line a second elsewhere, nowhere when only data is wanted."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import tzinfo
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from claudeflare.demo.picture import Picture
from claudeflare.demo.view import View, sentence, times
from claudeflare.formatting import clock, count_of


class Display(AbstractContextManager["Display"], Protocol):
    """Shows the run while its `with` block lasts."""

    def show(self, picture: Picture) -> None:
        """Show this moment."""


class LiveDisplay:
    """Redraws the picture in place; on leaving it is gone."""

    def __init__(self, console: Console, zone: tzinfo | None = None) -> None:
        self._zone = zone
        self._live = Live(
            Text("Starting the simulated API and the server …", "dim"),
            console=console,
            auto_refresh=False,
            transient=True,
            vertical_overflow="crop",
        )

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def show(self, picture: Picture) -> None:
        """See `Display.show`."""
        self._live.update(View(picture, self._zone), refresh=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()


class PlainDisplay:
    """A line a second, for logs and pipes."""

    def __init__(self, console: Console, zone: tzinfo | None = None) -> None:
        self._console = console
        self._zone = zone
        self._shown_at = float("-inf")

    def __enter__(self) -> Self:
        self._console.print("Starting the simulated API and the server.")
        return self

    def show(self, picture: Picture) -> None:
        """See `Display.show`."""
        if picture.now - self._shown_at < 1:
            return
        self._shown_at = picture.now
        self._console.print(plain_line(picture, self._zone), soft_wrap=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""


class NoDisplay:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def show(self, picture: Picture) -> None:
        """See `Display.show`."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""


def plain_line(picture: Picture, zone: tzinfo | None) -> str:
    """The picture in one line."""
    seen = f"{count_of(picture.answered, 'request')} answered, "
    seen += f"{count_of(picture.client_rate_limits, 'rate limit')} seen by clients"
    upstream = f"upstream 429 {times(picture.upstream_429)}, 529 {times(picture.upstream_529)}"
    moves = count_of(picture.move_count, "move")
    state = sentence(picture).plain.removeprefix("● ")
    return f"{clock(picture.now, zone)}  {picture.phase}: {seen}; {upstream}; {moves}. {state}"


def choose_display(console: Console, *, silent: bool) -> Display:
    """What suits the console."""
    if silent:
        return NoDisplay()
    if console.is_terminal and not console.is_dumb_terminal:
        return LiveDisplay(console)
    return PlainDisplay(console)
