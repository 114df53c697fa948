"""Who may call: accounts with their credential, organization and limits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from claudeflare.errors import InvalidInput
from claudeflare.simulator.seeding import identifier, organization_uuid

Tier = Literal["start", "build", "scale"]


class Limits(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """What an organization may use of one model class in a minute."""

    requests: int
    input_tokens: int
    output_tokens: int


class WindowBudgets(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """What a subscription may use, in tokens that are not cache reads; 0: no such window.

    The API publishes no such numbers; these are for simulation.
    """

    session_tokens: int = 5_000_000
    """In five hours from the first message."""
    weekly_tokens: int = 50_000_000
    """In seven days."""
    opus_tokens: int = 0
    """Of Opus in seven days."""
    sonnet_tokens: int = 0
    """Of Sonnet in seven days."""
    top_model_tokens: int = 0
    """Of Fable and Mythos in seven days: the window `7d_oi`."""
    overage_tokens: int = 0
    """Beyond used-up windows, in a calendar month."""


TIER_LIMITS: dict[Tier, Limits] = {
    "start": Limits(1000, 2_000_000, 400_000),
    "build": Limits(5000, 5_000_000, 1_000_000),
    "scale": Limits(10_000, 10_000_000, 2_000_000),
}
TOP_MODEL_LIMITS: dict[Tier, Limits] = {
    "start": Limits(1000, 500_000, 100_000),
    "build": Limits(2000, 1_500_000, 300_000),
    "scale": Limits(4000, 4_000_000, 800_000),
}
COUNT_TOKENS_REQUESTS: dict[Tier, int] = {"start": 2000, "build": 4000, "scale": 8000}
"""Published rate limits (API docs, rate limits, 2026-08)."""


class SimulatedAccount(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """One credential and what it opens. Accounts of one organization share its limits: the first one used sets them."""

    name: str
    key: str
    """The secret: an API key `sk-ant-api…` or an OAuth token `sk-ant-oat…`."""
    organization: str = ""
    """A UUID or any name. Empty: an organization of its own."""
    workspace: str = ""
    """A `wrkspc_…` id or any name. Empty: the organization's default workspace."""
    tier: Tier = "start"
    limits: Limits | None = None
    """Limits of every model class instead of the tier's."""
    model_limits: dict[str, Limits] = {}
    """Limits by model class (`opus`, `sonnet`, …); they go before `limits`."""
    windows: WindowBudgets = WindowBudgets()
    """Only for subscriptions."""
    additional_organizations: tuple[str, ...] = ()
    """Organizations whose thinking this one may read."""
    federation_rule: str = ""
    """The `fdrl_…` id by which workloads get tokens for it. Empty: they get none."""
    enforces_thinking_prefix: bool = True
    """Whether thinking that returns in another conversation is refused, as in organizations made since September 2026.
    """

    @property
    def is_subscription(self) -> bool:
        """OAuth tokens are answered with window headers, API keys with bucket headers."""
        return self.key.startswith("sk-ant-oat")

    @property
    def organization_id(self) -> str:
        """What the header anthropic-organization-id says."""
        return organization_uuid(self.organization or f"of {self.name}")

    @property
    def person_id(self) -> str:
        """The id of the person who signs in to it."""
        return organization_uuid(f"person of {self.name}")

    @property
    def email(self) -> str:
        """Where that person gets mail."""
        return f"{self.name.replace(' ', '.')}@example.com"

    @property
    def readable_organization_ids(self) -> tuple[str, ...]:
        """Its own and those whose thinking it may read."""
        return (self.organization_id, *map(organization_uuid, self.additional_organizations))

    @property
    def workspace_id(self) -> str:
        """What the header anthropic-workspace-id says."""
        if self.workspace.startswith("wrkspc_"):
            return self.workspace
        return identifier("wrkspc", self.organization_id, self.workspace)

    def limits_of(self, model_class: str) -> Limits:
        """Rate limits for a model class."""
        by_tier = TOP_MODEL_LIMITS if model_class in ("fable", "mythos") else TIER_LIMITS
        return self.model_limits.get(model_class) or self.limits or by_tier[self.tier]

    def __repr__(self) -> str:
        return f"<SimulatedAccount {self.name}>"


class Accounts:
    """All accounts, found by what a request carries. Without a list, every key `sk-ant-…` opens one of its own."""

    def __init__(self, accounts: Iterable[SimulatedAccount] = ()) -> None:
        self._by_key: dict[str, SimulatedAccount] = {}
        self._by_name: dict[str, SimulatedAccount] = {}
        for account in accounts:
            self._add(account)
        self.open = not self._by_key
        """Whether unknown keys are let in."""

    def put(self, account: SimulatedAccount) -> bool:
        """Add an account, or replace the one of its name; True when it is new.

        Raises InvalidInput when another account has its key. `open` stays as it was.
        """
        holder, before = self._by_key.get(account.key), self._by_name.get(account.name)
        if holder is not None and holder.name != account.name:
            raise InvalidInput(f"Account {holder.name!r} has this key: give each account its own.")
        if before is not None:
            del self._by_key[before.key]
        self._by_key[account.key] = self._by_name[account.name] = account
        return before is None

    def remove(self, name: str) -> bool:
        """Take an account away: its key is refused. False when there was none."""
        account = self._by_name.pop(name, None)
        if account is not None:
            del self._by_key[account.key]
        return account is not None

    def _add(self, account: SimulatedAccount) -> None:
        if account.key in self._by_key or account.name in self._by_name:
            raise InvalidInput(f"Account {account.name!r} is listed twice: give each account its own name and key.")
        self._by_key[account.key] = self._by_name[account.name] = account

    def by_key(self, key: str) -> SimulatedAccount | None:
        """The account this secret opens; None: refuse it."""
        account = self._by_key.get(key)
        if account is None and self.open and key.startswith("sk-ant-"):
            account = SimulatedAccount(name=f"key-{hashlib.sha256(key.encode()).hexdigest()[:8]}", key=key)
            self._add(account)
        return account

    def named(self, reference: str) -> SimulatedAccount | None:
        """The account with this name or key, for those who command faults."""
        return self._by_name.get(reference) or self.by_key(reference)

    def __iter__(self) -> Iterator[SimulatedAccount]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __repr__(self) -> str:
        return f"<Accounts {list(self._by_name)}{' and any other key' if self.open else ''}>"
