"""Accounts as ccflare and better-ccflare store them, and what of each can be taken over."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from claudeflare.importing.foreign_file import ForeignFile

COLUMNS: Final = (
    *("id", "name", "provider", "auth_method", "api_key", "refresh_token", "access_token", "expires_at", "paused"),
    *("priority", "account_tier", "weight", "custom_endpoint", "base_url"),
)
CLAUDE_PROVIDERS: Final = frozenset({"anthropic", "claude-console-api", "claude-oauth", "claude-code"})
"""`accounts.provider` of what is opened at the Claude API itself; ccflare's first versions know no other."""
API_KEY: Final = "sk-ant-api"
SUBSCRIPTION_TOKEN: Final = "sk-ant-oat"  # noqa: S105 how they begin
DEFAULT_URL: Final = "https://api.anthropic.com"
TIERS: Final = (20, 5, 1)

_NAMESPACE: Final = uuid.UUID("6c9b1f0e-0a55-4b5e-9d0c-6d1f2f0c7a31")


@dataclass(frozen=True, slots=True, kw_only=True)
class OldAccount:
    """One row of `accounts`."""

    id: str
    """A UUID: its own, or one made of it."""
    file_id: str
    """As requests name it."""
    name: str
    provider: str
    mode: str | None
    """How it would be opened here; None: not at all."""
    why_not: str = ""
    tier: int = 1
    priority: int = 0
    paused: bool = False
    base_url: str | None = None
    expires_at: float | None = None
    """UTC epoch seconds."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By their names in the REST API."""

    @property
    def may_be_subscription(self) -> bool:
        """Whether the provider's terms on subscriptions may concern it."""
        return self.mode in ("max", "token")

    def body(self, name: str) -> dict[str, Any]:
        """What imports it, under this name."""
        renewed = self.mode == "max" and self.expires_at is not None
        return {
            "id": self.id,
            "name": name,
            "mode": self.mode,
            "tier": self.tier,
            "priority": self.priority,
            "paused": self.paused,
            "baseUrl": self.base_url,
            **self.secrets,
            **({"tokenExpires": datetime.fromtimestamp(self.expires_at or 0, UTC).isoformat()} if renewed else {}),
        }


def read_accounts(file: ForeignFile) -> list[OldAccount]:
    """All of them, in the order of their names."""
    return [_account(row) for row in file.rows("accounts", COLUMNS, "ORDER BY name, id")]


def uuid_of(file_id: str) -> str:
    """The same UUID for the same id of a file: itself, where it is one."""
    try:
        return str(uuid.UUID(file_id))
    except ValueError:
        return str(uuid.uuid5(_NAMESPACE, file_id))


def _account(row: Mapping[str, Any]) -> OldAccount:
    provider = _text(row["provider"]) or "anthropic"
    mode, secrets, why_not = _opened_by(row, provider)
    url = _text(row["custom_endpoint"]) or _text(row["base_url"])
    expires_at = row["expires_at"]
    return OldAccount(
        id=uuid_of(str(row["id"])),
        file_id=str(row["id"]),
        name=_text(row["name"]),
        provider=provider,
        mode=mode,
        why_not=why_not,
        tier=_tier(row["account_tier"] or row["weight"]),
        priority=row["priority"] if isinstance(row["priority"], int) else 0,
        paused=bool(row["paused"]),
        base_url=None if not url or url.rstrip("/") == DEFAULT_URL else url,
        expires_at=expires_at / 1000 if isinstance(expires_at, int | float) and 0 < expires_at < 1e14 else None,
        secrets=secrets,
    )


def _opened_by(row: Mapping[str, Any], provider: str) -> tuple[str | None, dict[str, str], str]:
    """Mode, secrets, and why there are none."""
    if provider not in CLAUDE_PROVIDERS:
        return None, {}, f"its provider is {provider}, and Claudeflare speaks to the Claude API alone"
    key, refresh, access = (_text(row[name]) for name in ("api_key", "refresh_token", "access_token"))
    # Before there was a column for keys they were kept in that of the refresh token, which had to be filled.
    for found in (key, refresh if refresh.startswith(API_KEY) else "", access if access.startswith(API_KEY) else ""):
        if found.startswith(SUBSCRIPTION_TOKEN):
            return "token", {"token": found}, ""
        if found:
            return "api-key", {"apiKey": found}, ""
    if refresh:
        return "max", {"refreshToken": refresh} | ({"accessToken": access} if access else {}), ""
    if access:
        return "token", {"token": access}, ""
    return None, {}, "it has no credential"


def _tier(value: Any) -> int:
    """The largest that is not more than `value`: it may be any number in ccflare's newer files."""
    return next((tier for tier in TIERS if isinstance(value, int) and value >= tier), 1)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
