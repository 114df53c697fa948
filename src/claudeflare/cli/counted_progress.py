"""A bar on standard error for work whose end is known, if that is a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from claudeflare.cli.output import console


@contextmanager
def counted_progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """It is told how much is done by now."""
    err = console(error=True)
    if not err.is_terminal:
        yield lambda _done: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)
