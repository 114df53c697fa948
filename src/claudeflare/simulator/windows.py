"""Usage windows of subscriptions and the anthropic-ratelimit-unified-* headers (undocumented; shapes as observed)."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from claudeflare.simulator.accounts import WindowBudgets

SESSION_SECONDS = 5 * 3600.0
WEEK_SECONDS = 7 * 86400.0


class Window:
    """One window: opens with the first message and counts tokens until it ends."""

    def __init__(self, claim: str, length: float, budget: int, warn_at: float, models: tuple[str, ...] = ()) -> None:
        self.claim = claim
        """What anthropic-ratelimit-unified-representative-claim calls it."""
        self.length = length
        self.budget = budget
        self.warn_at = warn_at
        self.models = models
        """Model classes it counts; empty: all."""
        self.used = 0
        self.resets_at = 0.0

    @property
    def name(self) -> str | None:
        """As in header names; None for windows that only ever show as a claim."""
        return {"five_hour": "5h", "seven_day": "7d", "seven_day_overage_included": "7d_oi"}.get(self.claim)

    def applies_to(self, model_class: str) -> bool:
        """Whether it counts messages of this class."""
        return not self.models or model_class in self.models

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

    def fields(self, now: float) -> list[tuple[str, str]]:
        """Its own headers."""
        if self.name is None:
            return []
        share = self.utilization(now)
        fields = [
            (f"{self.name}-status", self.status(now)),
            (f"{self.name}-reset", str(int(self.resets_at if self.resets_at > now else now + self.length))),
            (f"{self.name}-utilization", f"{share:.2f}"),
        ]
        if share >= self.warn_at:
            fields.append((f"{self.name}-surpassed-threshold", "1.0" if share >= 1 else f"{self.warn_at:g}"))
        return fields


class WindowShortage(msgspec.Struct, frozen=True):
    """Which window is used up, and when it ends."""

    claim: str
    resets_at: float


class UsageWindows:
    """The windows of one subscription, and what it may use beyond them until the month ends."""

    def __init__(self, budgets: WindowBudgets) -> None:
        self.budgets = budgets
        every = (
            Window("five_hour", SESSION_SECONDS, budgets.session_tokens, 0.9),
            Window("seven_day", WEEK_SECONDS, budgets.weekly_tokens, 0.75),
            Window("seven_day_opus", WEEK_SECONDS, budgets.opus_tokens, 0.75, ("opus",)),
            Window("seven_day_sonnet", WEEK_SECONDS, budgets.sonnet_tokens, 0.75, ("sonnet",)),
            Window("seven_day_overage_included", WEEK_SECONDS, budgets.top_model_tokens, 0.75, ("fable", "mythos")),
        )
        self.windows = tuple(window for window in every if window.budget)
        self.overage_budget = budgets.overage_tokens
        self.overage_used = 0
        self._overage_resets_at = 0.0

    def admit(self, tokens: int, now: float, model_class: str = "") -> WindowShortage | None:
        """Count a request's input, or say which window is used up and that nothing may be used beyond it."""
        rejecting = self._rejecting(model_class, now)
        if rejecting and not self._overage_left(now):
            last = max(rejecting, key=lambda window: window.resets_at)
            return WindowShortage(last.claim, last.resets_at)
        self.charge(tokens, now, model_class)
        return None

    def charge(self, tokens: int, now: float, model_class: str = "") -> None:
        """Count tokens, read or generated: in every window, or beyond them when one is used up."""
        if self._rejecting(model_class, now) and self._overage_left(now):
            self.overage_used += tokens
            return
        for window in self._of(model_class):
            window.charge(tokens, now)

    def set(self, claim: str, utilization: float, resets_in: float, now: float) -> bool:
        """Put a window where it is wanted; False when the subscription has none of that claim or name."""
        for window in self.windows:
            if claim in (window.claim, window.name):
                window.used, window.resets_at = round(utilization * window.budget), now + resets_in
                return True
        return False

    def fields(self, now: float, model_class: str = "") -> list[tuple[str, str]]:
        """The headers of every answer, refused or not. Resets are epoch seconds here, not RFC 3339."""
        windows = self._of(model_class)
        if not windows:
            return unified([("status", "allowed"), *self._overage_fields(now, in_use=False)])
        tightest = max(windows, key=lambda window: (window.utilization(now), window.resets_at))
        status = tightest.status(now)
        in_use = status == "rejected" and self._overage_left(now)
        fields = [
            ("status", "allowed" if in_use else status),
            ("reset", str(int(tightest.resets_at if tightest.resets_at > now else now + tightest.length))),
            ("representative-claim", tightest.claim),
            ("fallback-percentage", "0.5"),
        ]
        for window in windows:
            fields += window.fields(now)
        fields += self._overage_fields(now, in_use=in_use)
        if status == "rejected" and not in_use:
            fields.append(("upgrade-paths", "upgrade_plan,overage"))
        return unified(fields)

    def _overage_fields(self, now: float, *, in_use: bool) -> list[tuple[str, str]]:
        if not self.overage_budget:
            return [("overage-status", "rejected"), ("overage-disabled-reason", "org_level_disabled")]
        left = self._overage_left(now)
        fields = [
            ("overage-status", "allowed" if left else "rejected"),
            ("overage-reset", str(int(self._overage_resets_at))),
            ("overage-utilization", f"{self.overage_used / self.overage_budget:.2f}"),
        ]
        if not left:
            fields.append(("overage-disabled-reason", "out_of_credits"))
        return [*fields, *([("overage-in-use", "true")] if in_use else [])]

    def _overage_left(self, now: float) -> bool:
        if now >= self._overage_resets_at:
            self.overage_used, self._overage_resets_at = 0, next_month(now)
        return self.overage_used < self.overage_budget

    def _of(self, model_class: str) -> list[Window]:
        return [window for window in self.windows if window.applies_to(model_class)]

    def _rejecting(self, model_class: str, now: float) -> list[Window]:
        return [window for window in self._of(model_class) if window.status(now) == "rejected"]


def unified(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same fields under their full names."""
    return [(f"anthropic-ratelimit-unified-{name}", value) for name, value in fields]


def next_month(now: float) -> float:
    """The first instant of the next month, UTC: when monthly limits begin anew."""
    today = datetime.fromtimestamp(now, UTC)
    year, month = divmod(today.year * 12 + today.month, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC).timestamp()
