"""What figures consist of: one line for each account, model, key, …, with a bar for its share. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from claudeflare.client.analytics import Analytics, Figures
from claudeflare.formatting import compact, money, percent
from claudeflare.presentation.canvas import level_bar
from claudeflare.presentation.request_lines import short_model
from claudeflare.presentation.tables import QUIET

if TYPE_CHECKING:
    from rich.style import Style
    from rich.text import Text


@dataclass(frozen=True, slots=True)
class Shares:
    """One breakdown, the largest first."""

    title: str
    parts: tuple[tuple[str, Figures], ...]
    counted: bool = False
    """Only how many: failures have no cost, and their success is known."""


def shares_of(analytics: Analytics) -> list[Shares]:
    """All breakdowns of an answer."""
    return [
        _shares("By account", analytics["byAccount"], lambda each: each["account"] or "none"),
        _shares("By model", analytics["byModel"], lambda each: short_model(each["model"]) if each["model"] else "none"),
        _shares("By client key", analytics["byClientKey"], lambda each: each["clientKey"] or "without a key"),
        _shares("By client", analytics["byAgent"], lambda each: each["agent"] or "did not say"),
        _shares("Errors", analytics["byError"], lambda each: each["errorType"] or "without a type", counted=True),
    ]


def _shares(
    title: str, parts: Iterable[Mapping[str, Any]], name: Callable[[Mapping[str, Any]], str], *, counted: bool = False
) -> Shares:
    named: list[tuple[str, Any]] = [(name(each), each) for each in parts]
    priced = _is_priced(named, counted=counted)
    named.sort(key=lambda each: -_weight(each[1], priced=priced))
    return Shares(title, tuple(named), counted)


def _is_priced(parts: Iterable[tuple[str, Figures]], *, counted: bool) -> bool:
    return not counted and any(figures["costUsd"] is not None for _, figures in parts)


def _weight(figures: Figures, *, priced: bool) -> float:
    return (figures["costUsd"] or 0.0) if priced else figures["requests"]


_COLUMNS: Final[tuple[tuple[str, int, Callable[[Figures], str]], ...]] = (
    ("Requests", 8, lambda each: compact(each["requests"])),
    ("Success", 8, lambda each: percent(each["successRate"])),
    ("Tokens", 7, lambda each: compact(each["totalTokens"])),
    ("Cache", 7, lambda each: percent(each["cacheHitRate"])),
    # What only failed requests without tokens have "cost" is no price.
    ("Cost", 9, lambda each: money((each["costUsd"] or None) if each["unpricedRequests"] else each["costUsd"])),
)
_NAME: Final = 20


def shares_text(shares: Shares, width: int, bar: Style) -> Text:
    """A line for each part, in so many columns: name, bar, figures."""
    from rich.text import Text

    columns = _COLUMNS[:1] if shares.counted else _COLUMNS
    figures_width = sum(size + 1 for _, size, _ in columns)
    name_width = min(_NAME, max(8, width - figures_width - 8))
    bar_width = max(0, width - figures_width - name_width - 1)
    priced = _is_priced(shares.parts, counted=shares.counted)
    most = max((_weight(figures, priced=priced) for _, figures in shares.parts), default=0.0)
    text = Text(no_wrap=True, overflow="ellipsis")
    heading = "".join(f" {title:>{size}}" for title, size, _ in columns)
    text.append(" " * (width - figures_width) + heading, QUIET)
    for name, figures in shares.parts:
        share = _weight(figures, priced=priced) / most if most else 0.0
        text.append("\n" + _fit(name, name_width) + " ")
        text.append(level_bar(share, bar_width), bar)
        text.append("".join(f" {cell(figures):>{size}}" for _, size, cell in columns))
    if not shares.parts:
        text.append("\nNothing in this range", QUIET)
    return text


def _fit(name: str, width: int) -> str:
    from rich.cells import cell_len, set_cell_size

    return set_cell_size(name, width) if cell_len(name) <= width else set_cell_size(name, width - 1) + "…"
