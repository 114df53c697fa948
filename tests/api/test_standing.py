from __future__ import annotations

import pytest

from claudeflare.api.standing import is_available, limits, reset_time, status_word
from claudeflare.balancing.account import Account, AccountState, Bench

NOW = 1000.0
ACCOUNT = Account(id="a", name="work")
PAUSED = Account(id="a", name="work", paused=True)
OPUS = Bench(NOW + 60, "tokens per minute")
WHOLE = Bench(NOW + 30, "five hour window")


def state(**fields: object) -> AccountState:
    return AccountState(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("account", "known", "word", "reset", "available"),
    [
        (ACCOUNT, state(), "ok", None, True),
        (ACCOUNT, state(benches={"": Bench(NOW, "over"), "opus": Bench(NOW - 1, "over")}), "ok", None, True),
        (PAUSED, state(), "paused", None, False),
        (PAUSED, state(benches={"": WHOLE}, attention="refused"), "paused", None, False),
        (ACCOUNT, state(attention="credential refused"), "needs attention", None, False),
        (ACCOUNT, state(attention="credential refused", benches={"": WHOLE}), "needs attention", None, False),
        (ACCOUNT, state(benches={"": WHOLE}), "limited", NOW + 30, False),
        (ACCOUNT, state(benches={"": WHOLE, "opus": OPUS}), "limited", NOW + 30, False),
        (ACCOUNT, state(benches={"": Bench(NOW + 9, "overloaded", guess=True)}), "cooling down", NOW + 9, False),
        (ACCOUNT, state(ejected_until=NOW + 30, consecutive_failures=5), "cooling down", NOW + 30, False),
        (ACCOUNT, state(benches={"opus": OPUS}), "limited: opus", NOW + 60, True),
        (
            ACCOUNT,
            state(benches={"sonnet": Bench(NOW + 90, "x"), "opus": OPUS}),
            "limited: opus, sonnet",
            NOW + 90,
            True,
        ),
    ],
)
def test_words(account: Account, known: AccountState, word: str, reset: float | None, available: bool) -> None:
    assert status_word(account, known, NOW) == word
    assert reset_time(account, known, NOW) == reset
    assert is_available(account, known, NOW) == available
    assert bool(limits(account, known, NOW)) == (word != "ok")


def test_limits_name_their_models_reason_and_end() -> None:
    shown = limits(ACCOUNT, state(benches={"": WHOLE, "opus": OPUS, "haiku": Bench(NOW + 5, "soon over")}), NOW)
    assert [(limit.model_class, limit.reason, limit.until, limit.guess) for limit in shown] == [
        (None, "five hour window", "1970-01-01T00:17:10.000Z", False),
        ("opus", "tokens per minute", "1970-01-01T00:17:40.000Z", False),
    ]
