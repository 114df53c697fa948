"""The summary as text for a person, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from claudeflare.demo.summary import Summary
from claudeflare.demo.view import times
from claudeflare.formatting import count_of, countdown, milliseconds, money, percent

FOR_REAL = (
    ("claudeflare add work", "asks for an API key; repeat it for each account"),
    ("claudeflare serve", "then: export ANTHROPIC_BASE_URL=http://localhost:8080"),
)


def closing(summary: Summary) -> Iterator[RenderableType]:
    """The parts, in order."""
    if not summary.recorded and not summary.answered:
        yield Text("The demo was ended before its first answer.")
    else:
        yield from _result(summary)
        yield Text()
        yield _accounts(summary)
        yield Text()
        yield _figures(summary)
    yield Text()
    yield Text("To do it for real:")
    yield _next_steps()


def kept(url: str, home: str) -> Iterator[RenderableType]:
    """Where to point a client while the demo stays."""
    yield Text()
    yield Text(f"Still running until Ctrl-C; answers come from the simulated API: ANTHROPIC_BASE_URL={url}")
    yield Text(f"Look at it with the command line: CLAUDEFLARE_HOME={home} claudeflare status")


def _result(summary: Summary) -> Iterator[Text]:
    line = Text(f"{count_of(summary.answered, 'request')} answered in {countdown(summary.seconds)}. ", "bold")
    seen = f"Clients saw {count_of(summary.client_rate_limits, 'rate limit')}"
    line.append(seen, "bold red" if summary.client_rate_limits else "bold green")
    yield line.append(
        f"; the API had answered 429 {times(summary.upstream_429)} and 529 {times(summary.upstream_529)}.", "bold"
    )
    if summary.client_rate_limits:
        yield Text(
            "At those moments every account was limited: this version refuses a request it has no account for.", "red"
        )
    if summary.client_failures:
        yield Text(f"{count_of(summary.client_failures, 'request')} failed otherwise.", "red")
    if summary.broken_off:
        yield Text(f"The demo did not wait for the answers to {count_of(summary.broken_off, 'request')} at its end.")


def _accounts(summary: Summary) -> Table:
    grid = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    grid.add_column("Account", no_wrap=True)
    grid.add_column("Organization", no_wrap=True)
    for title in ("Answered", "Share", "429", "529"):
        grid.add_column(title, justify="right", no_wrap=True)
    total = sum(account.requests for account in summary.accounts)
    for account in summary.accounts:
        share = percent(account.requests / total) if total else percent(None)
        counts = (str(account.upstream_429), str(account.upstream_529))
        grid.add_row(account.name, account.organization, str(account.requests), share, *counts)
    return grid


def _figures(summary: Summary) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    reasons = [f"{count} × {why}" for why, count in summary.moves_by_reason.items()]
    grid.add_row("Moves", "\n".join([f"{summary.moves} to another account", *reasons]))
    overhead = f"p50 {milliseconds(summary.overhead_ms_p50)}, p95 {milliseconds(summary.overhead_ms_p95)}"
    grid.add_row("Added time", f"{overhead} inside Claudeflare, on this machine, which also ran clients and API")
    left_out = f", without {count_of(summary.unpriced_requests, 'request')} of unknown price"
    cost = money(summary.cost_usd) + (left_out if summary.unpriced_requests else "")
    grid.add_row("Cost", f"{cost}, had this been the real API")
    return grid


def _next_steps() -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(style="dim")
    for command, note in FOR_REAL:
        grid.add_row(f"  {command}", note)
    return grid
