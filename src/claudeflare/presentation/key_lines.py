"""Client keys in lines for a person: state, limits, and what is left of budgets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from claudeflare.formatting import ago, epoch
from claudeflare.presentation.tables import table

if TYPE_CHECKING:
    from rich.console import RenderableType


def key_lines(keys: Sequence[dict[str, Any]], now: float, zone: tzinfo | None) -> Iterator[RenderableType]:
    """One line for each key."""
    if not keys:
        yield "There is no client key: whoever reaches this server may use it. Make one: claudeflare keys add NAME"
        return
    grid = table("Name", "Key", "State", "Limits", "Last used")
    for key in keys:
        used = ago(epoch(key["lastUsed"]), now, zone) if key["lastUsed"] else "never"
        ending = f"…{key['ending']}" if key["ending"] else "in file"
        state = f"{key['state']}, shadow" if key["shadow"] else key["state"]
        grid.add_row(key["name"], ending, state, "; ".join(limits_in_words(key)) or "none", used)
    yield grid


def limits_in_words(key: dict[str, Any]) -> Iterator[str]:
    """`$12.50 of $20 a day left`, `60 requests/min`, …"""
    for budget in key["budgets"]:
        yield f"${budget['remaining']:.2f} of ${budget['usd']:g} a {budget['period']} left"
    for field, words in (
        ("requestsPerMinute", "requests/min"),
        ("tokensPerMinute", "tokens/min"),
        ("concurrency", "at once"),
    ):
        if key[field] is not None:
            yield f"{key[field]:,} {words}"
    if key["models"]:
        yield "models " + ", ".join(key["models"])
    if key["accounts"]:
        yield "accounts " + ", ".join(key["accounts"])
    if key["expiresAt"]:
        yield f"until {key['expiresAt'][:16]}Z"
