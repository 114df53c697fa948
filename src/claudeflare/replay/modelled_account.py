"""An account with the limits its organization is taken to have."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from claudeflare.balancing.account import Account
from claudeflare.simulator.accounts import Limits, WindowBudgets

NO_LIMITS = Limits(10**12, 10**15, 10**15)


class ModelledAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One account. Those of one organization share its limits: the first one that is used sets them."""

    account: Account
    organization: str
    limits: Limits = NO_LIMITS
    """For each model class that `model_limits` does not name."""
    model_limits: Mapping[str, Limits] = {}
    windows: WindowBudgets | None = None
    """Of a subscription; None: it is limited by the minute."""

    def limits_of(self, model_class: str) -> Limits:
        """What its organization may use of this model class in a minute."""
        return self.model_limits.get(model_class, self.limits)
