from __future__ import annotations

import pytest
from sample_requests import priced

from claudeflare.journal.records import Attempt, Opened
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage import request_rows
from claudeflare.storage.tables import requests


def test_a_row_has_every_column() -> None:
    assert set(request_rows.request_row(priced("a"))) == {column.name for column in requests.c}


@pytest.mark.parametrize(
    ("status", "terminal_state", "success"),
    [(200, "complete", True), (302, "complete", True), (400, "complete", False), (200, "truncated", False)],
)
def test_success(status: int, terminal_state: str, success: bool) -> None:
    row = request_rows.request_row(priced("a", status=status, terminal_state=terminal_state))
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
