"""How an account stands, in the words the API uses for it. Pure; what it says is what routing goes by."""

from __future__ import annotations

from collections.abc import Iterator

from claudeflare.api.schemas.accounts import Limit
from claudeflare.api.times import to_iso_or_none
from claudeflare.balancing.account import Account, AccountState
from claudeflare.balancing.availability import PAUSED, Unavailable, why_unavailable

WHOLE_ACCOUNT = ""
"""The model class that stands for all of them."""


def is_available(account: Account, state: AccountState, now: float) -> bool:
    """Whether the account takes requests now, for some models at least."""
    return why_unavailable(account, state, WHOLE_ACCOUNT, now) is None


def status_word(account: Account, state: AccountState, now: float) -> str:
    """`ok`, `paused`, `needs attention`, `limited`, `cooling down` by our own caution, or `limited: opus, sonnet`."""
    whole = why_unavailable(account, state, WHOLE_ACCOUNT, now)
    if whole is None:
        classes = [model_class for model_class, _ in _troubles(account, state, now)]
        return f"limited: {', '.join(classes)}" if classes else "ok"
    if whole == PAUSED:
        return "paused"
    if whole.until is None:
        return "needs attention"
    return "cooling down" if whole.guess else "limited"


def reset_time(account: Account, state: AccountState, now: float) -> float | None:
    """When what `status_word` says is over; None when nothing is wrong or somebody has to act."""
    whole = why_unavailable(account, state, WHOLE_ACCOUNT, now)
    if whole is not None:
        return whole.until
    return max((trouble.until or 0.0 for _, trouble in _troubles(account, state, now)), default=None)


def limits(account: Account, state: AccountState, now: float) -> list[Limit]:
    """Everything that keeps requests off the account now."""
    return [
        Limit(
            model_class=model_class or None,
            reason=unavailable.reason,
            until=to_iso_or_none(unavailable.until),
            guess=unavailable.guess,
        )
        for model_class, unavailable in _troubles(account, state, now)
    ]


def _troubles(account: Account, state: AccountState, now: float) -> Iterator[tuple[str, Unavailable]]:
    """The whole account's trouble if it has one, and that of each model class beyond it."""
    whole = why_unavailable(account, state, WHOLE_ACCOUNT, now)
    if whole is not None:
        yield WHOLE_ACCOUNT, whole
    for model_class in sorted(state.benches):
        if model_class != WHOLE_ACCOUNT:
            unavailable = why_unavailable(account, state, model_class, now)
            if unavailable is not None and unavailable != whole:
                yield model_class, unavailable
