"""Message batches: what was asked, and by the clock how far it has got. Requests are worked on one after the other."""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

from claudeflare.simulator.asker import Asker
from claudeflare.simulator.errors import ApiError, invalid
from claudeflare.simulator.resources.timestamps import timestamp, timestamp_or_none

MAX_REQUESTS = 100_000
MAX_BATCH_BYTES = 256 * 1024 * 1024
EXPIRES_AFTER = 86_400.0
ARCHIVED_AFTER = 29 * 86_400.0
"""Results are kept so long (API docs, message batches)."""
_CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")

Status = Literal["in_progress", "canceling", "ended"]
OUTCOMES = ("succeeded", "errored", "canceled", "expired")


class BatchRequest(msgspec.Struct, frozen=True):
    """One request of a batch."""

    custom_id: str
    params: dict[str, Any]


class Batch(msgspec.Struct, kw_only=True):
    """One batch."""

    id: str
    asker: Asker
    """Who made it, at its creation."""
    requests: tuple[BatchRequest, ...]
    seconds: float
    """How long all of it takes, in simulated seconds."""
    canceled_at: float | None = None
    results: list[dict[str, Any]] | None = None
    """One entry per request; set once it has ended and somebody has looked."""

    @property
    def created_at(self) -> float:
        """UTC epoch seconds."""
        return self.asker.now

    def done_at(self, number: int) -> float:
        """When a request, the first being 0, is worked off if nothing comes between."""
        return self.created_at + self.seconds * (number + 1) / len(self.requests)

    @property
    def ended_at(self) -> float:
        """When processing ends: with the last request, with the one at work when it was canceled, or by expiry."""
        end = min(self.done_at(len(self.requests) - 1), self.created_at + EXPIRES_AFTER)
        if self.canceled_at is None or self.canceled_at >= end:
            return end
        at_work = int((self.canceled_at - self.created_at) / self.seconds * len(self.requests))
        return min(self.done_at(at_work), end)

    def unprocessed(self, number: int) -> Literal["canceled", "expired"] | None:
        """Why a request was not worked on; None: it was."""
        if self.done_at(number) <= self.ended_at:
            return None
        return "expired" if self.canceled_at is None else "canceled"

    def status(self, now: float) -> Status:
        """How far it has got."""
        if now >= self.ended_at:
            return "ended"
        return "in_progress" if self.canceled_at is None else "canceling"

    def archived_at(self, now: float) -> float | None:
        """When its results were thrown away."""
        moment = self.created_at + ARCHIVED_AFTER
        return moment if moment <= now else None


def batch_json(batch: Batch, status: Status, now: float, origin: str) -> dict[str, Any]:
    """A batch as the API shows it; `origin` is where its results are fetched from."""
    ended = status == "ended"
    counts = dict.fromkeys(OUTCOMES, 0)
    for entry in batch.results or () if ended else ():
        counts[entry["result"]["type"]] += 1
    archived_at = batch.archived_at(now) if ended else None
    results_url = f"{origin}/v1/messages/batches/{batch.id}/results"
    return {
        "id": batch.id,
        "type": "message_batch",
        "processing_status": status,
        "request_counts": {"processing": 0 if ended else len(batch.requests), **counts},
        "ended_at": timestamp(batch.ended_at) if ended else None,
        "created_at": timestamp(batch.created_at),
        "expires_at": timestamp(batch.created_at + EXPIRES_AFTER),
        "archived_at": timestamp_or_none(archived_at),
        "cancel_initiated_at": timestamp_or_none(batch.canceled_at),
        "results_url": results_url if ended and archived_at is None else None,
    }


def read_requests(body: dict[str, Any]) -> tuple[BatchRequest, ...]:
    """The requests of POST /v1/messages/batches; their params are looked at later. Raises ApiError 400."""
    for name in body:
        if name != "requests":
            raise invalid(f"{name}: Extra inputs are not permitted")
    listed = body.get("requests")
    if listed is None:
        raise invalid("requests: Field required")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_REQUESTS:
        raise invalid(f"requests: Input should be a list of 1 to {MAX_REQUESTS} items")
    requests, taken = [], set[str]()
    for number, entry in enumerate(listed):
        request = _read_request(f"requests.{number}", entry)
        if request.custom_id in taken:
            raise invalid(f"requests.{number}.custom_id: custom_id must be unique within a batch")
        taken.add(request.custom_id)
        requests.append(request)
    return tuple(requests)


def check_params(params: dict[str, Any]) -> None:
    """Raises ApiError 400 for what a message may have and a batch may not."""
    if params.get("stream"):
        raise invalid("stream: Streaming is not supported in message batches")
    for name in ("speed", "thread"):
        if params.get(name) is not None:
            raise invalid(f"{name}: Extra inputs are not permitted")
    if params.get("max_tokens") == 0:
        raise invalid("max_tokens: Input should be greater than or equal to 1")


def not_found(batch_id: str) -> ApiError:
    """404 for a batch this workspace has not."""
    return ApiError(404, f"Message batch `{batch_id}` not found.")


def _read_request(path: str, entry: Any) -> BatchRequest:
    if not isinstance(entry, dict):
        raise invalid(f"{path}: Input should be a valid dictionary")
    for name in ("custom_id", "params"):
        if name not in entry:
            raise invalid(f"{path}.{name}: Field required")
    for name in entry:
        if name not in ("custom_id", "params"):
            raise invalid(f"{path}.{name}: Extra inputs are not permitted")
    if not isinstance(entry["custom_id"], str) or not _CUSTOM_ID.fullmatch(entry["custom_id"]):
        raise invalid(f"{path}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'")
    if not isinstance(entry["params"], dict):
        raise invalid(f"{path}.params: Input should be a valid dictionary")
    return BatchRequest(entry["custom_id"], entry["params"])
