"""Changes travel between processes and through the journal."""

from __future__ import annotations

import msgspec
import pytest

from claudeflare.balancing.change import (
    AttentionNeeded,
    BenchCleared,
    Benched,
    Change,
    OrganizationLearned,
    SessionBound,
)


@pytest.mark.parametrize(
    "change",
    [
        SessionBound("s", "a1", 1.0),
        Benched("a1", "opus", 2.0, "limited"),
        Benched("a1", "", 2.0, "overloaded", guess=True),
        BenchCleared("a1", "opus"),
        AttentionNeeded("a1", "on hold"),
        OrganizationLearned("a1", "org"),
    ],
)
def test_round_trip(change: Change) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(change), type=Change) == change


def test_a_bench_written_before_guesses_existed_is_a_stated_one() -> None:
    old = msgspec.json.encode({"type": "Benched", "account_id": "a1", "model_class": "", "until": 1.0, "reason": "r"})
    assert msgspec.json.decode(old, type=Change) == Benched("a1", "", 1.0, "r", guess=False)
