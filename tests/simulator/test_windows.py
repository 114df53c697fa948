"""Usage windows of subscriptions."""

from __future__ import annotations

from datetime import UTC, datetime

from claudeflare.simulator.accounts import WindowBudgets
from claudeflare.simulator.windows import SESSION_SECONDS, WEEK_SECONDS, UsageWindows, next_month

START = 1_795_000_000.0
PREFIX = "anthropic-ratelimit-unified-"


def test_a_window_opens_with_the_first_message_and_closes_after_its_length() -> None:
    windows = UsageWindows(WindowBudgets(session_tokens=100, weekly_tokens=10_000))
    assert windows.admit(100, START) is None
    used_up = windows.admit(1, START + 60)
    assert used_up is not None
    assert (used_up.claim, used_up.resets_at) == ("five_hour", START + SESSION_SECONDS)
    assert windows.admit(1, START + SESSION_SECONDS) is None


def test_the_window_that_resets_last_is_named() -> None:
    windows = UsageWindows(WindowBudgets(session_tokens=100, weekly_tokens=100))
    windows.admit(100, START)
    used_up = windows.admit(1, START)
    assert used_up is not None
    assert (used_up.claim, used_up.resets_at) == ("seven_day", START + WEEK_SECONDS)


def test_headers_warn_before_they_reject() -> None:
    windows = UsageWindows(WindowBudgets(session_tokens=1000, weekly_tokens=100_000))
    windows.admit(500, START)
    assert dict(windows.fields(START))[f"{PREFIX}status"] == "allowed"
    windows.charge(450, START)
    fields = dict(windows.fields(START))
    assert fields[f"{PREFIX}status"] == "allowed_warning"
    assert fields[f"{PREFIX}5h-utilization"] == "0.95"
    assert fields[f"{PREFIX}5h-reset"] == str(int(START + SESSION_SECONDS))
    assert fields[f"{PREFIX}representative-claim"] == "five_hour"
    windows.charge(100, START)
    fields = dict(windows.fields(START))
    assert (fields[f"{PREFIX}status"], fields[f"{PREFIX}5h-utilization"]) == ("rejected", "1.05")
    assert fields[f"{PREFIX}7d-status"] == "allowed"


def test_an_unset_budget_is_no_window() -> None:
    windows = UsageWindows(WindowBudgets(session_tokens=0, weekly_tokens=100))
    windows.admit(99, START)
    fields = dict(windows.fields(START))
    assert f"{PREFIX}5h-status" not in fields
    assert fields[f"{PREFIX}7d-surpassed-threshold"] == "0.75"
    none = UsageWindows(WindowBudgets(session_tokens=0, weekly_tokens=0))
    assert none.admit(10**9, START) is None
    assert dict(none.fields(START))[f"{PREFIX}status"] == "allowed"


def test_the_top_models_have_a_window_of_their_own() -> None:
    windows = UsageWindows(WindowBudgets(top_model_tokens=100))
    assert windows.admit(102, START, "fable") is None
    used_up = windows.admit(1, START, "fable")
    assert used_up is not None
    assert used_up.claim == "seven_day_overage_included"
    fields = dict(windows.fields(START, "fable"))
    assert fields[f"{PREFIX}status"] == fields[f"{PREFIX}7d_oi-status"] == "rejected"
    assert fields[f"{PREFIX}7d_oi-utilization"] == "1.02"
    assert fields[f"{PREFIX}7d-status"] == fields[f"{PREFIX}5h-status"] == "allowed"
    assert fields[f"{PREFIX}upgrade-paths"] == "upgrade_plan,overage"
    assert windows.admit(1, START, "opus") is None
    other = dict(windows.fields(START, "opus"))
    assert other[f"{PREFIX}status"] == "allowed"
    assert f"{PREFIX}7d_oi-status" not in other


def test_a_window_of_opus_shows_as_a_claim_alone() -> None:
    windows = UsageWindows(WindowBudgets(opus_tokens=100))
    windows.admit(100, START, "opus")
    used_up = windows.admit(1, START, "opus")
    assert used_up is not None
    assert used_up.claim == "seven_day_opus"
    fields = dict(windows.fields(START, "opus"))
    assert fields[f"{PREFIX}representative-claim"] == "seven_day_opus"
    assert not any("opus-" in name for name in fields)
    assert windows.admit(1, START, "sonnet") is None


def test_overage_serves_what_the_windows_would_refuse_until_the_month_ends() -> None:
    windows = UsageWindows(WindowBudgets(session_tokens=100, overage_tokens=50))
    windows.admit(100, START)
    assert dict(windows.fields(START))[f"{PREFIX}overage-in-use"] == "true"
    assert windows.admit(20, START) is None
    fields = dict(windows.fields(START))
    assert (fields[f"{PREFIX}status"], fields[f"{PREFIX}5h-status"]) == ("allowed", "rejected")
    assert (fields[f"{PREFIX}overage-status"], fields[f"{PREFIX}overage-utilization"]) == ("allowed", "0.40")
    assert fields[f"{PREFIX}overage-reset"] == str(int(next_month(START)))
    windows.charge(30, START)
    assert windows.admit(1, START) is not None
    fields = dict(windows.fields(START))
    assert fields[f"{PREFIX}status"] == "rejected"
    assert fields[f"{PREFIX}overage-disabled-reason"] == "out_of_credits"


def test_a_window_is_put_where_it_is_wanted() -> None:
    windows = UsageWindows(WindowBudgets(session_tokens=1000))
    assert windows.set("5h", 0.95, 600, START)
    assert windows.set("seven_day", 0.5, 86400, START)
    assert not windows.set("7d_oi", 1, 600, START)
    fields = dict(windows.fields(START))
    assert (fields[f"{PREFIX}status"], fields[f"{PREFIX}5h-reset"]) == ("allowed_warning", str(int(START + 600)))


def test_months_end_at_midnight_utc() -> None:
    assert (
        next_month(datetime(2026, 12, 31, 23, 59, tzinfo=UTC).timestamp())
        == datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    )
    assert next_month(datetime(2026, 2, 1, tzinfo=UTC).timestamp()) == datetime(2026, 3, 1, tzinfo=UTC).timestamp()
