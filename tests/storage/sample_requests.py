"""Builds records for the tests of this package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claudeflare.journal.records import Finished
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.records import PricedRequest
from claudeflare.storage.requests import RequestStore


def finished(request_id: str, started_at: float = 100.0, **fields: Any) -> Finished:
    """A served request, unless `fields` say otherwise."""
    given: dict[str, Any] = {
        "method": "POST",
        "path": "/v1/messages",
        "terminal_state": "complete",
        "status": 200,
        "model": "claude-opus-4-6",
        "duration_ms": 1000.0,
    }
    return Finished(id=request_id, started_at=started_at, **(given | fields))


def priced(
    request_id: str,
    started_at: float = 100.0,
    tokens: TokenCounts | None = None,
    cost_usd: float | None = None,
    **fields: Any,
) -> PricedRequest:
    """The same with tokens and cost."""
    return PricedRequest(
        finished=finished(request_id, started_at, **fields), tokens=tokens or TokenCounts(), cost_usd=cost_usd
    )


def write(store: RequestStore, *requests: PricedRequest | Sequence[PricedRequest]) -> None:
    """Write finished requests alone."""
    flat = [each for request in requests for each in ([request] if isinstance(request, PricedRequest) else request)]
    store.write_batch(opened=[], finished=flat, changed=[], shed={})
