"""Usage windows of subscriptions."""

from __future__ import annotations

from claudeflare.simulator.accounts import WindowBudgets
from claudeflare.simulator.windows import SESSION_SECONDS, WEEK_SECONDS, UsageWindows

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
