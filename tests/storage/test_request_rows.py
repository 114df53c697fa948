from __future__ import annotations

from typing import Any

import pytest
from sample_requests import priced

from claudeflare.journal.records import Attempt, Opened
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage import request_rows
from claudeflare.storage.records import PricedRequest
from claudeflare.storage.tables import requests


def row_of(request: PricedRequest) -> dict[str, Any]:
    return dict(
        zip(
            (column.name for column in requests.c),
            [values[0] for values in request_rows.request_columns([request])],
            strict=True,
        )
    )


def test_a_row_has_every_value_in_its_column() -> None:
    tokens = TokenCounts(
        input=1, cache_write_5m=2, cache_write_1h=3, cache_read=4, output=5, thinking=6, web_searches=7
    )
    row = row_of(
        priced("a", tokens=tokens, cost_usd=8.5, session="s", error_type="t", queued_ms=9.5, response_bytes=10)
    )
    assert {name: row[name] for name in ("id", "session", "status", "success", "error_type", "usage_estimated")} == {
        "id": "a", "session": "s", "status": 200, "success": True, "error_type": "t", "usage_estimated": False,
    }  # fmt: skip
    assert [row[f"{kind}_tokens"] for kind in ("input", "cache_write_5m", "cache_write_1h", "cache_read")] == [
        1,
        2,
        3,
        4,
    ]
    assert [row[name] for name in ("output_tokens", "thinking_tokens", "web_searches")] == [5, 6, 7]
    assert [row[name] for name in ("cost_usd", "queued_ms", "response_bytes")] == [8.5, 9.5, 10]


@pytest.mark.parametrize(
    ("status", "terminal_state", "success"),
    [(200, "complete", True), (302, "complete", True), (400, "complete", False), (200, "truncated", False)],
)
def test_success(status: int, terminal_state: str, success: bool) -> None:
    row = row_of(priced("a", status=status, terminal_state=terminal_state))
    assert row["success"] is success


@pytest.mark.parametrize(("tried", "others"), [("", 0), ("a", 0), ("aa", 0), ("ab", 1), ("aba", 1), ("abc", 2)])
def test_failover_attempts_count_accounts_not_attempts(tried: str, others: int) -> None:
    assert request_rows.failover_attempts([Attempt(account_id=account) for account in tried]) == others


def test_a_request_that_died_with_its_gateway_keeps_what_is_known() -> None:
    opened = Opened(id="a", started_at=10.0, method="POST", path="/v1/messages", session="s", model="m", query="q")
    again = request_rows.decode_opened(request_rows.encode_opened(opened))
    record = request_rows.died_with_gateway(again, 12.5)
    finished = record.finished
    assert (finished.session, finished.model, finished.query, finished.duration_ms) == ("s", "m", "q", 2500.0)
    assert (finished.terminal_state, finished.error_type) == ("error", "gateway_died")
    assert (record.tokens, record.cost_usd) == (TokenCounts(), None)
