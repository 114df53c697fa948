"""What was recorded is taken over as it is; what was not recorded stays unknown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.api.schemas.imports import RequestToImport
from claudeflare.importing.foreign_file import opened
from claudeflare.importing.old_requests import COLUMNS, AccountHere, Left, read_requests, request_row
from harness.ccflare_files import NOW_MS, SCHEMAS, make, number_id, request
from harness.data_directory import NOW

WORK = {number_id(1): AccountHere("here-1", "work")}
TOKENS = ("inputTokens", "cacheReadInputTokens", "cacheCreationInputTokens", "outputTokens")


def row(**values: Any) -> Any:
    return request_row(dict.fromkeys(COLUMNS) | request(1, **values), WORK, NOW)


def test_a_whole_row_of_better_ccflare() -> None:
    found = row(
        account_used=number_id(1),
        model="claude-opus-4-1-20250805",
        original_model="claude-opus-4-1",
        input_tokens=10,
        cache_read_input_tokens=2000,
        cache_creation_input_tokens=300,
        output_tokens=40,
        cost_usd=0.125,
        client_session_id="s",
    )
    assert found == {
        "id": number_id(10_001),
        "timestamp": "2026-11-22T16:40:00+00:00",
        "method": "POST",
        "path": "/v1/messages",
        "accountId": "here-1",
        "accountUsed": "work",
        "statusCode": 200,
        "terminalState": "complete",
        "errorMessage": None,
        "responseTimeMs": 1500.0,
        "ttftMs": None,
        "overheadMs": 0.0,
        "streaming": False,
        "sessionId": "s",
        "model": "claude-opus-4-1",
        "servedModel": "claude-opus-4-1-20250805",
        "inputTokens": 10,
        "cacheReadInputTokens": 2000,
        "cacheCreationInputTokens": 300,
        "outputTokens": 40,
        "costUsd": 0.125,
    }


def test_times_of_ccflare_2() -> None:
    found = row(ttft_ms=800, proxy_overhead_ms=3, streaming_duration_ms=700)
    assert (found["ttftMs"], found["overheadMs"], found["streaming"]) == (800.0, 3.0, True)


def test_zero_is_unknown() -> None:
    zeros = dict.fromkeys(["input_tokens", "output_tokens", "cache_read_input_tokens", "prompt_tokens", "cost_usd"], 0)
    found = row(**zeros)
    assert {found[name] for name in [*TOKENS, "costUsd", "ttftMs"]} == {None}
    some = row(**zeros | {"output_tokens": 5})
    assert [some[name] for name in TOKENS] == [None, None, None, 5]


def test_tokens_of_the_first_version() -> None:
    found = row(prompt_tokens=100, completion_tokens=20, total_tokens=120)
    assert [found[name] for name in TOKENS] == [100, None, None, 20]
    # Where there are better counters, these are their sums.
    better = row(prompt_tokens=100, completion_tokens=20, input_tokens=60, cache_read_input_tokens=40, output_tokens=20)
    assert [better[name] for name in TOKENS] == [60, 40, None, 20]


@pytest.mark.parametrize(
    ("values", "status", "state"),
    [
        ({}, 200, "complete"),
        ({"success": 0}, 200, "truncated"),
        ({"success": None}, 200, "truncated"),
        ({"stream_terminal_state": "complete"}, 200, "complete"),
        ({"stream_terminal_state": "recovered"}, 200, "truncated"),
        ({"success": 0, "stream_terminal_state": "client_cancelled"}, 200, "client_closed"),
        ({"status_code": 429, "success": 0, "account_used": number_id(1)}, 429, "complete"),
        ({"status_code": 503, "success": 0}, 503, "error"),
        ({"status_code": None, "success": 0}, 500, "error"),
        ({"status_code": 0, "success": 0}, 500, "error"),
    ],
)
def test_endings(values: dict[str, Any], status: int, state: str) -> None:
    found = row(**values)
    assert (found["statusCode"], found["terminalState"]) == (status, state)
    assert found.get("errorType") == ("no_status_recorded" if not values.get("status_code", 200) else None)


@pytest.mark.parametrize(
    ("used", "account"),
    [
        (None, (None, None)),
        ("no_account", (None, None)),
        ("", (None, None)),
        (number_id(1), ("here-1", "work")),
        (number_id(9), (number_id(9), None)),
    ],
)
def test_accounts(used: str | None, account: tuple[str | None, str | None]) -> None:
    found = row(account_used=used)
    assert (found["accountId"], found["accountUsed"]) == account


@pytest.mark.parametrize(
    "values",
    [
        {"timestamp": None},
        {"timestamp": "yesterday"},
        {"timestamp": 0},
        {"timestamp": NOW_MS // 1000},
        {"timestamp": NOW_MS + 10**9},
        {"timestamp": float("inf")},
        {"method": None},
        {"method": "PO ST"},
        {"id": None},
    ],
)
def test_what_makes_no_sense_is_left(values: dict[str, Any]) -> None:
    assert row(**values) is Left.UNREADABLE


def test_what_may_still_run_is_left() -> None:
    unfinished = {"success": 0, "response_time_ms": 0}
    assert row(seconds_ago=60, **unfinished) is Left.RUNNING
    assert row(seconds_ago=60, success=0)["terminalState"] == "truncated"
    assert row(seconds_ago=7200, **unfinished)["terminalState"] == "truncated"


def test_long_and_odd_texts() -> None:
    found = row(id="a/b", path="/v1/messages?beta=true", error_message="e" * 5000, model="m" * 500)
    assert re.fullmatch(r"[0-9a-f-]{36}", found["id"])
    assert (found["path"], len(found["errorMessage"]), len(found["model"])) == ("/v1/messages", 1000, 256)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_schema_oldest_first(tmp_path: Path, schema: str) -> None:
    path = make(tmp_path / "x.db", schema, requests=[request(1, 7200), request(2, 9000), request(3, 7200)])
    with opened(path) as file:
        found: list[Any] = list(read_requests(file, {}, NOW))
    assert [each["id"] for each in found] == [number_id(10_002), number_id(10_001), number_id(10_003)]


ANYTHING = (
    st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=5) | st.binary(max_size=5)
)  # what SQLite keeps in a column of any type


@given(st.fixed_dictionaries(dict.fromkeys(COLUMNS, ANYTHING)), st.booleans())
def test_whatever_is_sent_is_accepted(values: dict[str, Any], sound: bool) -> None:
    values |= {"timestamp": NOW_MS - 10**7, "method": "POST"} if sound else {}
    found = request_row(values, WORK, NOW)
    if not isinstance(found, Left):
        RequestToImport.model_validate(found)
