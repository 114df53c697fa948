"""Requests over which no policy decides: they name an account, belong to one, or go where others like them go."""

from __future__ import annotations

from collections.abc import Sequence

from claudeflare.balancing.lease import PickRequest
from claudeflare.balancing.policies.policy import Choice, PolicyCandidate


def fixed_choice(request: PickRequest, contenders: Sequence[PolicyCandidate]) -> Choice | None:
    """Who of `contenders` takes the request, or None when the policy shall say.

    They come in the order they are configured in, the newest account first: for what is to stay together the oldest
    is chosen, which stays the same one when another is added.
    """
    if request.account is not None:
        return Choice(contenders[0], f"the request asked for {request.account}", {})
    if request.bound is not None:
        return Choice(contenders[0], request.bound.why, {})
    if request.collection:
        first = min(reversed(contenders), key=lambda one: one.account.priority)
        return Choice(first, f"lists and uploads go to the first by priority and age: {first.account.name}", {})
    if request.thread is not None:
        for one in contenders:
            if one.account.id == request.thread.account_id:
                return Choice(one, f"{one.account.name} has the thread of {request.thread.thing}", {})
    return None
