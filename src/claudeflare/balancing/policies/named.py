"""The policies there are, by the names people use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from claudeflare.balancing.policies.headroom import HeadroomPolicy
from claudeflare.balancing.policies.least_requests import LeastRequestsPolicy
from claudeflare.balancing.policies.policy import Policy
from claudeflare.balancing.policies.round_robin import RoundRobinPolicy
from claudeflare.balancing.policies.session import SessionPolicy
from claudeflare.balancing.policies.weighted import WeightedPolicy

POLICIES: Final[Mapping[str, Callable[[], Policy]]] = {
    SessionPolicy.name: SessionPolicy,
    RoundRobinPolicy.name: RoundRobinPolicy,
    LeastRequestsPolicy.name: LeastRequestsPolicy,
    WeightedPolicy.name: WeightedPolicy,
    HeadroomPolicy.name: HeadroomPolicy,
}
"""Name (as in `LB_STRATEGY`) -> class; `settings.STRATEGIES` lists the same names."""


def make_policy(name: str) -> Policy:
    """A fresh policy of that name; `ValueError` when there is none."""
    if name not in POLICIES:
        raise ValueError(f"there is no strategy {name!r}; choose one of: {', '.join(POLICIES)}")
    return POLICIES[name]()
