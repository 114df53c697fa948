"""What is asked of `/api/analytics`, and what can be chosen from its answer."""

from __future__ import annotations

from claudeflare.tui.analytics_choice import Choice, Filter, filters_of
from harness.analytics_answers import analytics, figures


def test_ranges_end_at_the_ends() -> None:
    assert Choice().moved(1).range == "7d"
    assert Choice().moved(-9).range == "1h"
    assert Choice().moved(9).range == "90d"


def test_as_the_api_wants_it() -> None:
    filters = frozenset(
        {
            Filter("models", "claude-opus-5", "claude-opus-5"),
            Filter("accounts", "a2", "work"),
            Filter("accounts", "a1", "spare"),
        }
    )
    choice = Choice("7d", filters, is_cumulative=True)
    assert choice.query("UTC") == {
        "range": "7d",
        "tz": "UTC",
        "mode": "cumulative",
        "accounts": "a1,a2",
        "models": "claude-opus-5",
    }
    assert choice.words == "spare, work · claude-opus-5"
    assert Choice().query("UTC") == {"range": "24h", "tz": "UTC", "mode": "normal"}
    assert Choice().words == ""


def test_long_ranges_are_read_less_often() -> None:
    assert [Choice(name).refresh_seconds for name in ("1h", "24h", "7d", "90d")] == [15, 15, 300, 300]


def test_everything_that_can_be_counted_alone() -> None:
    found = analytics(
        [],
        byAccount=[
            {"account": "work", "accountId": "a1", **figures()},
            {"account": None, "accountId": "a9", **figures()},
            {"account": None, "accountId": None, **figures()},
        ],
        byModel=[{"model": "one,two", **figures()}, {"model": None, **figures()}, {"model": "opus", **figures()}],
        byClientKey=[{"clientKey": "ci", **figures()}],
        byStatus=[
            {"statusCode": 200, "terminalState": "complete", **figures()},
            {"statusCode": 429, "terminalState": "refused", **figures()},
        ],
    )
    assert [tuple(each) for each in filters_of(found)] == [
        ("accounts", "a1", "work"),
        ("accounts", "a9", "a9"),
        ("models", "opus", "opus"),
        ("keys", "ci", "ci"),
        ("status", "success", "success"),
        ("status", "error", "error"),
        ("status", "429", "429"),
        ("status", "refused", "refused"),
    ]
