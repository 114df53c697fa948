"""Names that a shell completes as they are typed: asked of the server that runs, quickly; with none there are none."""

from __future__ import annotations

from typing import Any, Final

from claudeflare.cli.invocation import Invocation
from claudeflare.errors import ClaudeflareError

PATIENCE: Final = 0.5
"""Seconds. Somebody has pressed a key and waits."""


def account_names(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    """Names of accounts."""
    return _names("/api/accounts", ctx, incomplete)


def key_names(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    """Names of client keys."""
    return _names("/api/keys", ctx, incomplete)


def strategy_names(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    """Names of policies."""
    from claudeflare.settings import STRATEGIES

    return [name for name in STRATEGIES if name.startswith(incomplete)]


def _names(route: str, ctx: Any, incomplete: str) -> list[str]:
    from claudeflare.client.quick_answer import quick_answer

    before = ctx.find_root().params
    # While a shell asks, nothing but the command line has been looked at.
    this = ctx.find_object(Invocation) or Invocation()
    try:
        found = quick_answer(route, this.load(), before.get("url"), before.get("token"), PATIENCE)
        return [name for each in found if (name := str(each["name"])).startswith(incomplete)]
    except (ClaudeflareError, KeyError, TypeError):
        # Whatever is wrong, a half-typed line is no place to say it.
        return []
