"""What every caller has left: buckets per (organization, model class) for API keys, windows for subscriptions."""

from __future__ import annotations

from claudeflare.simulator.accounts import COUNT_TOKENS_REQUESTS, Limits, SimulatedAccount
from claudeflare.simulator.buckets import LimitBuckets
from claudeflare.simulator.catalog import Model
from claudeflare.simulator.errors import bucket_exceeded, window_exceeded
from claudeflare.simulator.usage import Usage
from claudeflare.simulator.windows import UsageWindows

COUNTING = "count_tokens"
"""Counting tokens has request limits of its own, for all models together."""
UNLIMITED = 10**12


class Allowances:
    """All limits of one simulator."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], LimitBuckets] = {}
        self._windows: dict[str, UsageWindows] = {}

    def buckets(self, account: SimulatedAccount, model_class: str, now: float) -> LimitBuckets:
        """The buckets this account shares with its organization."""
        place = (account.organization_id, model_class)
        if place not in self._buckets:
            self._buckets[place] = LimitBuckets(self._limits(account, model_class), now)
        return self._buckets[place]

    def _limits(self, account: SimulatedAccount, model_class: str) -> Limits:
        if model_class == COUNTING:
            return Limits(COUNT_TOKENS_REQUESTS[account.tier], UNLIMITED, UNLIMITED)
        return account.limits_of(model_class)

    def windows(self, account: SimulatedAccount) -> UsageWindows:
        """The windows of a subscription."""
        return self._windows.setdefault(account.organization_id, UsageWindows(account.windows))

    def resize(self, account: SimulatedAccount, now: float) -> None:
        """Give the account's organization its present limits; windows begin anew when their budgets have changed."""
        organization = account.organization_id
        for (owner, model_class), buckets in self._buckets.items():
            if owner == organization:
                buckets.resize(self._limits(account, model_class), now)
        windows = self._windows.get(organization)
        if windows is not None and windows.budgets != account.windows:
            del self._windows[organization]

    def buckets_of(self, account: SimulatedAccount) -> dict[str, LimitBuckets]:
        """The buckets its organization has used so far, by model class."""
        organization = account.organization_id
        return {
            model_class: buckets for (owner, model_class), buckets in self._buckets.items() if owner == organization
        }

    def take(self, account: SimulatedAccount, model: Model, usage: Usage, now: float) -> list[tuple[str, str]]:
        """Count a message and return the rate-limit headers of its answer. Raises ApiError 429 when it does not fit.

        The headers go out before the answer is generated, so they do not show its output yet.
        """
        if account.is_subscription:
            windows = self.windows(account)
            used_up = windows.admit(usage.limited_input, now, model.line)
            if used_up is not None:
                raise window_exceeded(used_up.resets_at, now, windows.fields(now, model.line))
            fields = windows.fields(now, model.line)
            windows.charge(usage.output, now, model.line)
            return fields
        buckets = self.buckets(account, model.line, now)
        shortage = buckets.admit(usage.limited_input, now)
        if shortage is not None:
            raise bucket_exceeded(shortage, account.organization_id, model.id, buckets.fields(now))
        fields = buckets.fields(now)
        buckets.charge(usage.output, now)
        return fields

    def take_count(self, account: SimulatedAccount, model: Model, now: float) -> None:
        """Count a call of count_tokens. Raises ApiError 429 when there were too many."""
        buckets = self.buckets(account, COUNTING, now)
        shortage = buckets.admit(0, now)
        if shortage is not None:
            raise bucket_exceeded(shortage, account.organization_id, model.id, [])
