"""A bar on standard error for work on many rows, if that is a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from claudeflare.cli.output import console


@contextmanager
def row_progress(what: str) -> Iterator[Callable[[str, int], None]]:
    """It is told what is at work and how far that is. It moves without an end: to count first takes as long."""
    err = console(error=True)
    if not err.is_terminal:
        yield lambda _name, _count: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.description} {task.completed:,.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda name, count: progress.update(task, description=name, completed=count)
