"""What a record costs: its usage priced, 0 where nothing can have been billed, None where that is not known."""

from __future__ import annotations

from typing import Any

import pytest

from claudeflare.ingest.priced import cannot_have_cost, price
from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.records import Attempt
from claudeflare.providers.usage import TokenCounts
from harness.journal_frames import USAGE, finished, whole

TABLE = PriceTable()
SENT = [Attempt(account="work", started_ms=1.0)]
MAYBE_BILLED = [Attempt(account="work", started_ms=1.0, maybe_billed=True)]


def cost(**fields: Any) -> float | None:
    return price(finished("a", **fields), TABLE).cost_usd


def test_usage_is_counted_and_priced() -> None:
    record = whole("a")
    priced = price(record, TABLE)
    assert priced.finished is record
    assert priced.tokens.cache_read == 90_000
    assert priced.cost_usd == (10 * 4 + 2000 * 5 + 90_000 * 0.2 + 500 * 20) / 1e6
    assert priced.price_version == TABLE.version


def test_the_model_that_answered_is_priced_not_the_one_asked_for() -> None:
    assert cost(model="claude-haiku-4-5", served_model="claude-opus-4-5", usage=USAGE) == cost(
        model="claude-opus-4-5", usage=USAGE
    )


@pytest.mark.parametrize("model", [None, "claude-unheard-of-9"])
def test_an_unknown_model_has_tokens_and_no_cost(model: str | None) -> None:
    priced = price(finished("a", model=model, usage=USAGE), TABLE)
    assert (priced.cost_usd, priced.price_version) == (None, None)
    assert priced.tokens.output == 500


def test_a_refusal_before_any_output_is_free() -> None:
    usage = {"input_tokens": 1000, "output_tokens": 0}
    assert cost(model="claude-opus-5-5", usage=usage, stop_reason="refusal") == 0.0


def test_an_answer_without_usage_has_neither_tokens_nor_cost() -> None:
    priced = price(finished("a", model="claude-opus-5-5", attempts=SENT), TABLE)
    assert (priced.tokens, priced.cost_usd, priced.price_version) == (TokenCounts(), None, None)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/messages/count_tokens"),
        ("GET", "/v1/models"),
        ("GET", "/v1/messages/batches"),
        ("POST", "/v1/files"),
        ("GET", "/v1/messages"),
    ],
)
def test_calls_that_run_no_model_are_free(method: str, path: str) -> None:
    assert cost(method=method, path=path, attempts=SENT) == 0.0


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/batches", "/v1/complete", "/v1/chat/completions"])
def test_calls_that_run_a_model_cost_something_unknown(path: str) -> None:
    assert cost(path=path, attempts=SENT) is None


@pytest.mark.parametrize(
    ("state", "status", "attempts", "free"),
    [
        ("complete", 200, SENT, False),
        ("complete", 429, SENT, True),
        ("complete", 400, SENT, True),
        ("complete", 529, MAYBE_BILLED + SENT, False),
        ("truncated", 200, SENT, False),
        ("refused", 413, [], True),
        ("refused", 503, SENT, True),
        ("refused", 503, MAYBE_BILLED, False),
        ("error", 502, SENT, True),
        ("error", 502, MAYBE_BILLED, False),
        ("client_closed", 499, [], True),
        ("client_closed", 499, SENT, False),
    ],
)
def test_without_usage_the_ending_decides(state: str, status: int, attempts: list[Attempt], free: bool) -> None:
    record = finished("a", terminal_state=state, status=status, attempts=attempts)
    assert cannot_have_cost(record) is free
    assert price(record, TABLE).cost_usd == (0.0 if free else None)
