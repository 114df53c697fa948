"""What a change is about, as it stands: looked at before and after, so that the audit log can tell the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from claudeflare.api.schemas.shape import camel
from claudeflare.api.services import Services
from claudeflare.errors import NotFound


@dataclass(frozen=True, slots=True)
class Subject:
    """The name a person knows it by, and what of it can be changed. No secrets."""

    name: str | None = None
    values: Mapping[str, Any] | None = None
    key: str | None = None
    """Finds it again, whatever it is called by then."""


def look(services: Services, path: str, params: Mapping[str, Any], key: str | None = None) -> Subject:
    """What a request to this path is about; `made_id` and `made_name` among `params` tell what it has just made.

    `key` is that of an earlier look.
    """
    made = params.get("made_id")
    if path.startswith(("/api/accounts", "/api/oauth", "/api/import/accounts")):
        return _account(services, key or params.get("account") or made)
    if path.startswith("/api/keys"):
        return _client_key(services, key or params.get("key") or made)
    if path.startswith("/api/config"):
        kept = _named(services.retention_choice.current())
        return Subject("configuration", {"strategy": services.strategy.current(), **kept})
    named = [params.get("made_name"), made, *params.values()]
    return Subject(next((str(each) for each in named if each is not None), None))


def _account(services: Services, name: str | None) -> Subject:
    if name is None:
        return Subject()
    try:
        account = services.accounts.get(name).account
    except NotFound:
        return Subject(name)
    return Subject(account.name, _named(account), account.id)


def _client_key(services: Services, name: str | None) -> Subject:
    if name is None:
        return Subject()
    try:
        stored = services.client_keys.get(name)
    except NotFound:
        return Subject(name)
    values = _named(stored.key)
    del values["digest"]
    values["budgets"] = {budget.period: budget.usd for budget in stored.key.budgets}
    return Subject(stored.key.name, {**values, "revoked": stored.revoked_at is not None}, stored.key.id)


def _named(values: msgspec.Struct) -> dict[str, Any]:
    return {camel(name): value for name, value in msgspec.structs.asdict(values).items()}
