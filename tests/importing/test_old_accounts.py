from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from claudeflare.importing.foreign_file import opened
from claudeflare.importing.old_accounts import OldAccount, read_accounts, uuid_of
from harness.ccflare_files import NOW_MS, account, make, number_id

BY_KEY = {"provider": "anthropic", "auth_method": "api_key"}
SIGNED_IN = {"provider": "claude-code", "auth_method": "oauth"}


def only(tmp_path: Path, schema: str, **values: Any) -> OldAccount:
    path = make(tmp_path / "x.db", schema, accounts=[account(1, "work", **values)])
    with opened(path) as file:
        (found,) = read_accounts(file)
    return found


def test_a_subscription(tmp_path: Path) -> None:
    found = only(tmp_path, "ccflare", refresh_token="r", access_token="a", expires_at=NOW_MS, account_tier=20, paused=1)
    assert found.body("work") == {
        "id": number_id(1),
        "name": "work",
        "mode": "max",
        "tier": 20,
        "priority": 0,
        "paused": True,
        "baseUrl": None,
        "refreshToken": "r",
        "accessToken": "a",
        "tokenExpires": "2026-11-22T17:40:00+00:00",
    }
    assert found.may_be_subscription


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    found = only(tmp_path, "ccflare", refresh_token="sk-ant-ort01-secret")
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("schema", "values", "mode", "secrets"),
    [
        ("claudeflare", {"refresh_token": "r"}, "max", {"refreshToken": "r"}),
        ("better-ccflare", {"provider": "claude-console-api", "api_key": "sk-ant-api03-k"}, "api-key", "apiKey"),
        # Of the time when keys were kept as refresh tokens.
        ("better-ccflare early", {"refresh_token": "sk-ant-api03-k"}, "api-key", "apiKey"),
        ("ccflare 2", {**BY_KEY, "api_key": "sk-ant-api03-k"}, "api-key", "apiKey"),
        ("ccflare 2", {**SIGNED_IN, "refresh_token": "r"}, "max", {"refreshToken": "r"}),
        ("better-ccflare", {"api_key": "sk-ant-oat01-a"}, "token", {"token": "sk-ant-oat01-a"}),
        ("better-ccflare", {"access_token": "sk-ant-oat01-a"}, "token", {"token": "sk-ant-oat01-a"}),
        ("better-ccflare", {"access_token": "sk-ant-api03-k"}, "api-key", "apiKey"),
    ],
)
def test_what_opens_it(tmp_path: Path, schema: str, values: dict[str, Any], mode: str, secrets: Any) -> None:
    found = only(tmp_path, schema, **values)
    expected = {"apiKey": "sk-ant-api03-k"} if secrets == "apiKey" else secrets
    assert (found.mode, found.secrets, found.why_not) == (mode, expected, "")


@pytest.mark.parametrize("provider", ["zai", "openai-compatible", "anthropic-compatible", "bedrock", "codex", "qwen"])
def test_other_providers(tmp_path: Path, provider: str) -> None:
    found = only(tmp_path, "better-ccflare", provider=provider, api_key="k")
    assert (found.mode, found.secrets) == (None, {})
    assert found.why_not == f"its provider is {provider}, and Claudeflare speaks to the Claude API alone"


def test_without_a_credential(tmp_path: Path) -> None:
    found = only(tmp_path, "better-ccflare")
    assert (found.mode, found.why_not) == (None, "it has no credential")


@pytest.mark.parametrize(("weight", "tier"), [(0, 1), (1, 1), (3, 1), (5, 5), (19, 5), (20, 20), (100, 20)])
def test_weights_become_tiers(tmp_path: Path, weight: int, tier: int) -> None:
    values = {"provider": "claude-code", "auth_method": "oauth", "refresh_token": "r", "weight": weight}
    assert only(tmp_path, "ccflare 2", **values).tier == tier


def test_priority_and_endpoint(tmp_path: Path) -> None:
    found = only(tmp_path, "better-ccflare", api_key="k", priority=7, custom_endpoint="https://claude.example/")
    assert (found.priority, found.base_url) == (7, "https://claude.example/")
    assert "tokenExpires" not in found.body("work")


def test_the_usual_endpoint_is_none(tmp_path: Path) -> None:
    values = {"provider": "anthropic", "auth_method": "api_key", "api_key": "k"}
    assert only(tmp_path, "ccflare 2", base_url="https://api.anthropic.com/", **values).base_url is None


def test_values_that_make_no_sense(tmp_path: Path) -> None:
    found = only(
        tmp_path, "better-ccflare", refresh_token="r", priority="high", expires_at="soon", paused=None, provider=None
    )
    assert (found.priority, found.expires_at, found.paused, found.mode) == (0, None, False, "max")


def test_ids() -> None:
    own = number_id(5)
    assert uuid_of(own) == own
    assert uuid_of("account-1") == uuid_of("account-1") != uuid_of("account-2")
    assert uuid.UUID(uuid_of("account-1")).version == 5
