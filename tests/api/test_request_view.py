from __future__ import annotations

import msgspec
import pytest

from claudeflare.api.request_view import explanation, request_resource, tokens_per_second
from claudeflare.journal.records import Attempt, Finished
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.records import RequestSummary

NOTHING = {field.name: None for field in msgspec.structs.fields(RequestSummary)}


def summary(**fields: object) -> RequestSummary:
    given = {
        "id": "r",
        "started_at": 0.0,
        "method": "POST",
        "path": "/v1/messages",
        "streaming": True,
        "status": 200,
        "terminal_state": "complete",
        "duration_ms": 3000.0,
        "first_byte_ms": 1000.0,
        "overhead_ms": 0.0,
        "queued_ms": 0.0,
        "failover_attempts": 0,
        "tried": (),
        "request_bytes": 0,
        "response_bytes": 0,
        "tokens": TokenCounts(output=100),
        "usage_estimated": False,
    }
    return RequestSummary(**NOTHING | given | fields)  # type: ignore[arg-type]


def test_tokens_per_second_count_from_the_first_byte() -> None:
    assert tokens_per_second(summary()) == 50.0


@pytest.mark.parametrize(
    "fields",
    [
        {"streaming": False},
        {"first_byte_ms": None},
        {"first_byte_ms": 3000.0},
        {"tokens": TokenCounts()},
        {"tokens": TokenCounts(output=0)},
    ],
)
def test_tokens_per_second_are_unknown_where_they_mean_nothing(fields: dict[str, object]) -> None:
    assert tokens_per_second(summary(**fields)) is None


@pytest.mark.parametrize(
    ("five_minutes", "one_hour", "both"), [(None, None, None), (0, None, 0), (None, 7, 7), (5, 7, 12)]
)
def test_cache_writes_are_summed_when_any_is_known(
    five_minutes: int | None, one_hour: int | None, both: int | None
) -> None:
    tokens = TokenCounts(cache_write_5m=five_minutes, cache_write_1h=one_hour)
    assert request_resource(summary(tokens=tokens)).cache_creation_input_tokens == both


def test_a_request_nobody_picked_for_is_explained_by_its_attempts() -> None:
    attempts = [Attempt(outcome="connect_failed", message="refused", next_step="retry"), Attempt()]
    finished = Finished(
        id="r", started_at=0.0, method="POST", path="/", terminal_state="error", status=502, attempts=attempts
    )
    assert [step.text for step in explanation(summary(), finished).steps] == [
        "the caller's own credential: connect failed: refused; then retry",
        "the caller's own credential: not ended",
    ]
