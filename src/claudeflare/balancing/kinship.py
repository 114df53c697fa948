"""Where a session that has to move loses least: within the organization of its account.

Prompt caches belong to a workspace, and the newest models drop thinking that comes back through another organization
(API docs, extended thinking and prompt caching, 2026-11). Which workspace a key is of is not always told; which
organization is.
"""

from __future__ import annotations

from typing import Final

from claudeflare.balancing.availability import Unavailable
from claudeflare.balancing.policies.policy import PolicyCandidate
from claudeflare.balancing.survey import Survey

STRANGER: Final = Unavailable("of another organization than the session's account", guess=True)


def relatives(survey: Survey, contenders: list[PolicyCandidate], bound: PolicyCandidate) -> list[PolicyCandidate]:
    """Those of `contenders` that are of the organization of `bound`, which is not among them; all, if none is known."""
    organization = bound.state.organization_id
    if organization is None:
        return contenders
    found = [one for one in contenders if one.state.organization_id == organization]
    if not found or len(found) == len(contenders):
        return contenders
    for one in contenders:
        if one not in found:
            survey.out.setdefault(one.account.id, STRANGER)
    return found
