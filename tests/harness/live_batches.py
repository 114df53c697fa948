"""Records, and batches as ingest tells of them, for tests of live feeds and metrics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from claudeflare.journal.records import Finished, Opened
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.records import PricedRequest

NOW = 1_795_000_000.0


@dataclass
class Batch:
    """As ingest tells of it."""

    opened: list[tuple[str, Opened]] = field(default_factory=list)
    finished: list[PricedRequest] = field(default_factory=list)


def ended(
    request_id: str, *, tokens: TokenCounts | None = None, cost: float | None = None, **fields: Any
) -> PricedRequest:
    """A served request, unless `fields` say otherwise."""
    given: dict[str, Any] = {
        "started_at": NOW,
        "method": "POST",
        "path": "/v1/messages",
        "terminal_state": "complete",
        "status": 200,
    }
    finished = Finished(**{"id": request_id} | given | fields)
    return PricedRequest(finished=finished, tokens=tokens or TokenCounts(), cost_usd=cost)


def begun(request_id: str, **fields: Any) -> tuple[str, Opened]:
    """A request that began, with its gateway's boot."""
    given: dict[str, Any] = {"started_at": NOW, "method": "POST", "path": "/v1/messages"}
    return "boot", Opened(**{"id": request_id} | given | fields)
