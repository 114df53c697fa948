"""What stands where there is nothing yet: how to add an account, how to send the first request."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from claudeflare.presentation.first_steps import WAYS_TO_ADD, client_lines


class FirstSteps(Static):
    """Words and lines to be pasted into a shell; they are selected and copied like any text."""

    DEFAULT_CSS = """
    FirstSteps { padding: 1 2; height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)

    def show_ways_to_add(self) -> None:
        """There is no account yet."""
        parts = [Content.styled("No account yet", "bold"), Content("\n")]
        parts.append(Content("Requests are served by your own accounts. Press a to add one here, or in a shell:\n\n"))
        for name, what, command in WAYS_TO_ADD:
            parts += [Content.styled(f"{name}  ", "bold"), Content.styled(what, "$quiet"), Content("\n")]
            parts += [Content.styled(f"  {command}", "$primary"), Content("\n\n")]
        self._say(Content().join(parts).rstrip())

    def show_first_request(self, url: str | None) -> None:
        """There is no request yet. `url`: the server's."""
        parts = [Content.styled("No request yet", "bold"), Content("\n")]
        parts.append(Content("Point a client here; everything else of it stays as it is.\n"))
        for name, line in client_lines(url) if url else ():
            parts += [Content(f"\n{name}\n"), Content.styled(line, "$primary"), Content("\n")]
        self._say(Content().join(parts).rstrip())

    def _say(self, words: Content) -> None:
        if not isinstance(self.content, Content) or not words.is_same(self.content):
            self.update(words)
