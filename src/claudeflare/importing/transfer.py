"""Sends what a file holds to the REST API, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Protocol

from claudeflare.importing.account_plan import Decision
from claudeflare.importing.foreign_file import ForeignFile
from claudeflare.importing.old_requests import Left, read_requests

AT_ONCE: Final = 1000
"""As many as the API takes."""


class Receiver(Protocol):
    """Where requests go; `client.client.Client`."""

    async def import_requests(self, source: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """File them; how many were `added`, `known` and `tooOld`."""
        ...


@dataclass(slots=True)
class Transferred:
    """What became of the requests so far."""

    added: int = 0
    known: int = 0
    too_old: int = 0
    left: dict[Left, int] = field(default_factory=lambda: dict.fromkeys(Left, 0))
    """Not sent at all."""

    @property
    def seen(self) -> int:
        """Rows of the file."""
        return self.added + self.known + self.too_old + sum(self.left.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """The requests of one file on their way. To begin again after any interruption goes on where it was."""

    file: ForeignFile
    source: str
    decisions: list[Decision]
    now: float
    """UTC epoch seconds."""

    async def run(self, to: Receiver, tell: Callable[[Transferred], None]) -> Transferred:
        """Send all, oldest first; `tell` is called after each batch."""
        done = Transferred()
        accounts = {each.old.file_id: each.history for each in self.decisions}
        rows = read_requests(self.file, accounts, self.now)
        while batch := list(self._next(rows, done)):
            answer = await to.import_requests(self.source, batch)
            done.added += answer["added"]
            done.known += answer["known"]
            done.too_old += answer["tooOld"]
            tell(done)
        tell(done)
        return done

    def _next(self, rows: Iterator[dict[str, Any] | Left], done: Transferred) -> Iterator[dict[str, Any]]:
        """The next rows that can be sent; those that cannot are counted."""

        def sendable() -> Iterator[dict[str, Any]]:
            for row in rows:
                if isinstance(row, Left):
                    done.left[row] += 1
                else:
                    yield row

        return islice(sendable(), AT_ONCE)
