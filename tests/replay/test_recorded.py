"""Records made into requests to be simulated."""

from __future__ import annotations

from typing import Any

import msgspec

from claudeflare.providers.usage import TokenCounts
from claudeflare.replay.recorded import replayed
from claudeflare.storage.records import RequestSummary

UNKNOWN = dict.fromkeys(RequestSummary.__struct_fields__)


def record(**fields: Any) -> RequestSummary:
    made = {
        **UNKNOWN,
        "id": "r1",
        "path": "/v1/messages",
        "model": "claude-opus-5-5",
        "started_at": 100.0,
        "status": 200,
        "terminal_state": "complete",
        "session": "s",
        "duration_ms": 9_000.0,
        "first_byte_ms": 3_000.0,
        "queued_ms": 1_000.0,
        "request_bytes": 8_000,
        "tokens": TokenCounts(input=10, cache_read=500, cache_write_5m=40, cache_write_1h=0, output=60),
        **fields,
    }
    return RequestSummary(**made)


def test_an_answered_request_keeps_its_tokens_and_times() -> None:
    found = replayed([record()])
    assert (found.refused, found.left_out) == (0, 0)
    assert msgspec.structs.asdict(found.requests[0]) == {
        "at": 100.0,
        "session": "key:/s",
        "conversation": "key:/s\n",
        "model": "claude-opus-5-5",
        "model_class": "opus",
        "client_key": None,
        "uncached": 10,
        "prefix": 540,
        "output": 60,
        "first_byte_seconds": 2.0,
        "answer_seconds": 8.0,
        "body_bytes": 8_000,
        "cache_seconds": 300.0,
    }


def test_agents_and_strangers_share_no_prompt() -> None:
    records = [record(id="a"), record(id="b", agent_id="x"), record(id="c", session=None), record(id="d", session=None)]
    assert len({each.conversation for each in replayed(records).requests}) == 4


def test_the_longer_cache_is_known_by_its_writes() -> None:
    tokens = TokenCounts(input=1, cache_write_1h=5, output=1)
    assert replayed([record(tokens=tokens)]).requests[0].cache_seconds == 3_600.0


def test_they_come_in_the_order_of_their_times() -> None:
    found = replayed([record(started_at=3.0), record(started_at=1.0), record(started_at=2.0)])
    assert [each.at for each in found.requests] == [1.0, 2.0, 3.0]


def test_who_met_a_limit_is_sent_again_by_the_size_of_its_body() -> None:
    found = replayed([record(), record(status=429, tokens=TokenCounts(), terminal_state="refused")])
    assert found.refused == 1
    assert (found.requests[1].prefix, found.requests[1].output) == (2_000, 60)


def test_what_counts_nowhere_is_left_out() -> None:
    records = [
        record(path="/v1/messages/count_tokens"),
        record(model=None),
        record(status=500, tokens=TokenCounts(), terminal_state="error"),
    ]
    found = replayed(records)
    assert (found.requests, found.left_out) == ([], 3)


def test_times_that_make_no_sense_do_no_harm() -> None:
    found = replayed([record(duration_ms=100.0, queued_ms=500.0, first_byte_ms=None)])
    assert 0.0 <= found.requests[0].first_byte_seconds <= found.requests[0].answer_seconds
