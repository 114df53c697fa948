"""What the simulated API said and what is left of its limits: the side of the demo that clients never see."""

from __future__ import annotations

from collections import Counter

from claudeflare.demo.cast import MODEL_CLASSES
from claudeflare.simulator.accounts import SimulatedAccount
from claudeflare.simulator.seen import SeenRequest
from claudeflare.simulator.world import World


class UpstreamTally:
    """Counts the API's answers by account and status; reads each once, however long the demo runs."""

    def __init__(self, world: World) -> None:
        self.statuses: Counter[tuple[str, int]] = Counter()
        self._world = world
        self._last_number = 0
        self._unanswered: list[SeenRequest] = []

    def read(self) -> None:
        """Count what was answered since the last time. The simulator remembers some thousands of requests."""
        fresh = []
        for request in reversed(self._world.seen):
            if request.number <= self._last_number:
                break
            fresh.append(request)
        if fresh:
            self._last_number = fresh[0].number
        waiting = self._unanswered + fresh
        self._unanswered = [
            request for request in waiting if request.status is None and not request.client_disconnected
        ]
        for request in waiting:
            if request.status is not None and request.account is not None:
                self.statuses[request.account, request.status] += 1

    def answers(self, status: int, account: str | None = None) -> int:
        """How often this status was answered, to one account or to all."""
        return sum(
            count for (name, answered), count in self.statuses.items() if answered == status and account in (None, name)
        )

    def __repr__(self) -> str:
        return f"<UpstreamTally {dict(self.statuses)}>"


def limits_used(world: World, account: SimulatedAccount) -> dict[str, float]:
    """Model class -> share used of the tightest of its buckets, which the accounts of one organization share."""
    now = world.clock.now()
    used = {}
    for model_class in MODEL_CLASSES:
        buckets = world.allowances.buckets(account, model_class, now)
        left = (
            bucket.remaining(now) / bucket.limit
            for bucket in (buckets.requests, buckets.input_tokens, buckets.output_tokens)
        )
        used[model_class] = 1 - min(left)
    return used
