"""What happened, in words. Pure."""

from __future__ import annotations

from typing import Final

from claudeflare.storage.happenings import (
    ATTENTION,
    ATTENTION_OVER,
    BUDGET,
    BUDGET_NEAR,
    LIMITED,
    RECOVERED,
    REFRESHED,
    SET_ASIDE,
    Happening,
)

MOVED: Final = "moved"
STRATEGY: Final = "strategy"
ACCOUNT_ADDED: Final = "account-added"
ACCOUNT_REMOVED: Final = "account-removed"
ACCOUNT_PAUSED: Final = "account-paused"
ACCOUNT_RESUMED: Final = "account-resumed"

_WORDS: Final = {
    LIMITED: "was limited",
    SET_ASIDE: "was set aside",
    RECOVERED: "takes requests again",
    ATTENTION: "needs attention",
    ATTENTION_OVER: "no longer needs attention",
    REFRESHED: "has a new token",
    BUDGET_NEAR: "has little of its budget left",
    BUDGET: "has used up its budget",
    ACCOUNT_ADDED: "was added",
    ACCOUNT_REMOVED: "was removed",
    ACCOUNT_PAUSED: "was paused",
    ACCOUNT_RESUMED: "is used again",
}


def sentence(what: Happening, account: str | None) -> str:
    """One line for people. `account` is the name to call it by."""
    name = account or ("An account" if what.client_key is None else f"The client key {what.client_key}")
    if what.kind == STRATEGY:
        return f"The strategy is now {what.reason}."
    if what.kind == MOVED:
        requests = "1 request" if what.count == 1 else f"{what.count} requests"
        return f"{requests} moved from {name} to {what.reason}."
    models = f" for {what.model_class}" if what.model_class else ""
    reason = f": {what.reason}" if what.reason else ""
    return f"{name} {_WORDS.get(what.kind, what.kind)}{models}{reason}."
