"""Usage windows of subscriptions and the anthropic-ratelimit-unified-* headers (undocumented; shapes as observed)."""

from __future__ import annotations

import msgspec

from claudeflare.simulator.accounts import WindowBudgets

SESSION_SECONDS = 5 * 3600.0
WEEK_SECONDS = 7 * 86400.0


class Window:
    """One window: opens with the first message and counts tokens until it ends."""

    def __init__(self, name: str, claim: str, length: float, budget: int, warn_at: float) -> None:
        self.name = name
        """As in the header names: `5h` or `7d`."""
        self.claim = claim
        self.length = length
        self.budget = budget
        self.warn_at = warn_at
        self.used = 0
        self.resets_at = 0.0

    def charge(self, tokens: int, now: float) -> None:
        """Count tokens, in a new window when the last one is over."""
        if now >= self.resets_at:
            self.used, self.resets_at = 0, now + self.length
        self.used += tokens

    def utilization(self, now: float) -> float:
        """Share used; may exceed 1."""
        return self.used / self.budget if now < self.resets_at else 0.0

    def status(self, now: float) -> str:
        """allowed, allowed_warning or rejected."""
        share = self.utilization(now)
        return "rejected" if share >= 1 else "allowed_warning" if share >= self.warn_at else "allowed"


class WindowShortage(msgspec.Struct, frozen=True):
    """Which window is used up, and when it ends."""

    claim: str
    resets_at: float


class UsageWindows:
    """The windows of one subscription."""

    def __init__(self, budgets: WindowBudgets) -> None:
        self.windows = (
            Window("5h", "five_hour", SESSION_SECONDS, budgets.session_tokens, 0.9),
            Window("7d", "seven_day", WEEK_SECONDS, budgets.weekly_tokens, 0.75),
        )

    def admit(self, tokens: int, now: float) -> WindowShortage | None:
        """Count a request's input, or say which window is used up."""
        rejected = [window for window in self.windows if window.status(now) == "rejected"]
        if rejected:
            last = max(rejected, key=lambda window: window.resets_at)
            return WindowShortage(last.claim, last.resets_at)
        self.charge(tokens, now)
        return None

    def charge(self, tokens: int, now: float) -> None:
        """Count tokens, read or generated, in every window."""
        for window in self.windows:
            window.charge(tokens, now)

    def fields(self, now: float) -> list[tuple[str, str]]:
        """The headers of every answer, refused or not. Resets are epoch seconds here, not RFC 3339."""
        tightest = max(self.windows, key=lambda window: window.utilization(now))
        fields = [
            ("status", tightest.status(now)),
            ("reset", str(int(tightest.resets_at or now))),
            ("representative-claim", tightest.claim),
            ("fallback-percentage", "0.5"),
        ]
        for window in self.windows:
            fields += [
                (f"{window.name}-status", window.status(now)),
                (f"{window.name}-reset", str(int(window.resets_at or now))),
                (f"{window.name}-utilization", f"{window.utilization(now):.2f}"),
            ]
        fields += [("overage-status", "rejected"), ("overage-disabled-reason", "org_level_disabled")]
        return unified(fields)


def unified(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same fields under their full names."""
    return [(f"anthropic-ratelimit-unified-{name}", value) for name, value in fields]
