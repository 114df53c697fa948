"""Accounts, their organizations, and the file that lists them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from claudeflare.errors import InvalidInput
from claudeflare.simulator.accounts import Accounts, Limits, SimulatedAccount
from claudeflare.simulator.accounts_file import load_accounts

TOML = """
[[accounts]]
name = "work"
key = "sk-ant-api03-work"
organization = "acme"
tier = "build"
limits = { requests = 50, input-tokens = 30000, output-tokens = 8000 }
[accounts.model-limits.opus]
requests = 5
input-tokens = 1000
output-tokens = 500

[[accounts]]
name = "spare"
key = "sk-ant-oat01-spare"
organization = "11111111-2222-4333-8444-555555555555"
workspace = "wrkspc_01abc"
windows = { session-tokens = 1000, weekly-tokens = 9000 }
"""


def test_without_a_list_every_key_opens_an_account_of_its_own() -> None:
    accounts = Accounts()
    one, other = accounts.by_key("sk-ant-api03-one"), accounts.by_key("sk-ant-api03-other")
    assert one is not None
    assert other is not None
    assert one.organization_id != other.organization_id
    assert one.workspace_id != other.workspace_id
    assert accounts.by_key("sk-ant-api03-one") is one
    assert accounts.by_key("pk-something") is None


def test_with_a_list_other_keys_are_refused() -> None:
    accounts = Accounts([SimulatedAccount(name="work", key="sk-ant-api03-work")])
    assert accounts.by_key("sk-ant-api03-other") is None
    assert accounts.named("work") is accounts.named("sk-ant-api03-work") is accounts.by_key("sk-ant-api03-work")


def test_a_name_or_key_given_twice_is_refused() -> None:
    twice = SimulatedAccount(name="work", key="sk-ant-api03-work")
    with pytest.raises(InvalidInput, match="'work' is listed twice"):
        Accounts([twice, twice])


def test_accounts_of_one_organization_share_its_id_and_secrets_stay_out_of_sight() -> None:
    one = SimulatedAccount(name="one", key="sk-ant-api03-secret1", organization="acme")
    two = SimulatedAccount(name="two", key="sk-ant-api03-secret2", organization="acme")
    assert one.organization_id == two.organization_id
    assert one.workspace_id == two.workspace_id
    assert "secret" not in repr([one, Accounts([one, two])])


def test_a_toml_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "accounts.toml"
    path.write_text(TOML)
    work, spare = load_accounts(path)
    assert not work.is_subscription
    assert work.limits_of("opus") == Limits(5, 1000, 500)
    assert work.limits_of("sonnet") == Limits(50, 30_000, 8000)
    assert spare.is_subscription
    assert spare.organization_id == "11111111-2222-4333-8444-555555555555"
    assert spare.workspace_id == "wrkspc_01abc"
    assert spare.windows.session_tokens == 1000


def test_limits_follow_the_tier(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(json.dumps({"accounts": [{"name": "a", "key": "sk-ant-api03-a", "tier": "scale"}]}))
    (account,) = load_accounts(path)
    assert account.limits_of("opus") == Limits(10_000, 10_000_000, 2_000_000)
    assert account.limits_of("fable") == Limits(4000, 4_000_000, 800_000)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("bad.toml", "accounts = [", "is not right"),
        ("bad.json", "{", "is not right"),
        ("bad.toml", "[[accounts]]\nname = 'a'", "missing required field `key`"),
        ("bad.toml", "[[accounts]]\nname = 'a'\nkey = 'k'\nkeys = 'k'", "unknown field `keys`"),
        ("bad.toml", "[[accounts]]\nname = 'a'\nkey = 'k'\ntier = 'free'", "tier"),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(tmp_path: Path, name: str, content: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InvalidInput, match=message):
        load_accounts(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file"):
        load_accounts(tmp_path / "none.toml")
