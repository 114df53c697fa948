"""What owners give without signing in: each mode its own fields, files that can be used, nothing silently dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from claudeflare.credentials.given import GivenCredential, active_profile, secret_of
from claudeflare.credentials.kinds import ApiKey, Profile, StaticToken, Wif
from claudeflare.errors import InvalidInput

UPSTREAM = "https://api.example"
ORGANIZATION = "0d6bd0e4-4a4c-4f0c-9a54-0a4b9c6b6f10"


def refusal(mode: str, before: Any = None, **fields: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        secret_of(mode, GivenCredential(**fields), UPSTREAM, before)
    return str(caught.value)


def write_profile(directory: Path, name: str = "default", *, client_id: str | None = "a-client") -> None:
    for folder in ("configs", "credentials"):
        (directory / folder).mkdir(parents=True, exist_ok=True)
    authentication = {"type": "user_oauth", **({"client_id": client_id} if client_id else {})}
    config = {"version": "1.0", "authentication": authentication, "base_url": "https://api.example"}
    (directory / "configs" / f"{name}.json").write_text(json.dumps(config))
    tokens = directory / "credentials" / f"{name}.json"
    tokens.write_text(json.dumps({"access_token": "sk-ant-oat01-x", "expires_at": 2e9, "refresh_token": "r"}))
    tokens.chmod(0o600)


@pytest.fixture
def federation(tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "identity.jwt"
    file.write_text("head.payload.signature\n")
    return {
        "assertion_file": str(file),
        "federation_rule_id": "fdrl_1",
        "organization_id": ORGANIZATION,
        "service_account_id": "svac_1",
    }


def test_keys_and_tokens() -> None:
    assert secret_of("api-key", GivenCredential(api_key=" sk-ant-api03-x\n"), UPSTREAM) == ApiKey("sk-ant-api03-x")
    assert secret_of("console", GivenCredential(api_key="sk-ant-api03-x"), UPSTREAM) == ApiKey("sk-ant-api03-x")
    assert secret_of("token", GivenCredential(token="sk-ant-oat01-x"), UPSTREAM) == StaticToken("sk-ant-oat01-x")
    assert "needs `apiKey`" in refusal("api-key")
    assert "needs `token`" in refusal("token", token=" ")
    message = refusal("api-key", api_key="sk-ant-oat01-secret")
    assert "Use mode token" in message
    assert "secret" not in message


def test_only_subscriptions_tokens_have_terms() -> None:
    assert GivenCredential(token=" sk-ant-oat01-x").is_subscription
    assert not GivenCredential(token="eyJ.something.else").is_subscription
    assert not GivenCredential(api_key="sk-ant-api03-x").is_subscription


@pytest.mark.parametrize(
    ("mode", "fields", "message"),
    [
        ("api-key", {"api_key": "k", "token": "t"}, "takes no token"),
        ("token", {"token": "t", "config_dir": "/x"}, "takes no configDir"),
        ("profile", {"api_key": "k"}, "takes no apiKey"),
        ("wif", {"profile": "x"}, "takes no profile"),
        ("max", {"token": "t"}, "one signs in"),
        ("sideways", {}, "no mode 'sideways'"),
    ],
)
def test_what_a_mode_has_no_use_for_is_refused(mode: str, fields: dict[str, str], message: str) -> None:
    assert message in refusal(mode, **fields)


def test_a_profile_is_found_and_looked_at(tmp_path: Path) -> None:
    directory = str(tmp_path)
    assert "cannot be read" in refusal("profile", config_dir=directory)
    write_profile(tmp_path)
    write_profile(tmp_path, "work")
    assert secret_of("profile", GivenCredential(config_dir=directory), UPSTREAM) == Profile(
        directory=directory, name="default"
    )
    (tmp_path / "active_config").write_text("work\n")
    assert active_profile(directory) == "work"
    found = secret_of("profile", GivenCredential(config_dir=directory), UPSTREAM)
    assert found == Profile(directory=directory, name="work")
    named = secret_of("profile", GivenCredential(config_dir=directory, profile="default"), UPSTREAM)
    assert named == Profile(directory=directory, name="default")
    assert secret_of("profile", GivenCredential(), UPSTREAM, named) == named, "a login looks where it was"
    assert "absolute" in refusal("profile", config_dir="relative/path")
    assert "no file name" in refusal("profile", config_dir=directory, profile="../work")


def test_a_profile_others_can_read_is_refused(tmp_path: Path) -> None:
    write_profile(tmp_path)
    (tmp_path / "credentials" / "default.json").chmod(0o644)
    assert "chmod 600" in refusal("profile", config_dir=str(tmp_path))


def test_an_active_profile_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "active_config").mkdir()
    assert "Name the profile" in refusal("profile", config_dir=str(tmp_path))


def test_without_a_directory_it_is_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write_profile(tmp_path / ".config" / "anthropic")
    found = secret_of("profile", GivenCredential(), UPSTREAM)
    assert found == Profile(directory=str(tmp_path / ".config" / "anthropic"), name="default")


def test_a_federation_is_whole_and_its_token_there(federation: dict[str, str]) -> None:
    wif = secret_of("wif", GivenCredential(**federation), UPSTREAM)
    assert isinstance(wif, Wif)
    assert (wif.token_url, wif.workspace_id) == (f"{UPSTREAM}/v1/oauth/token", "default")
    chosen = secret_of("wif", GivenCredential(workspace_id="wrkspc_1"), UPSTREAM, wif)
    assert isinstance(chosen, Wif)
    assert (chosen.workspace_id, chosen.assertion_file) == ("wrkspc_1", wif.assertion_file)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"federation_rule_id": None}, "needs `federationRuleId`"),
        ({"federation_rule_id": "rule"}, "begins with fdrl_"),
        ({"service_account_id": "1"}, "begins with svac_"),
        ({"service_account_id": "default"}, "begins with svac_"),
        ({"workspace_id": "main"}, "begins with wrkspc_"),
        ({"organization_id": "acme"}, "is a UUID"),
        ({"assertion_file": None}, "needs `assertionFile`"),
        ({"assertion_file": "identity.jwt"}, "absolute"),
        ({"assertion_file": "/nowhere/identity.jwt"}, "cannot be read"),
    ],
)
def test_a_federation_that_cannot_be_right(
    federation: dict[str, str], change: dict[str, str | None], message: str
) -> None:
    assert message in refusal("wif", **{**federation, **change})


@pytest.mark.parametrize(("content", "message"), [("", "is empty"), ("not a token", "three parts")])
def test_a_file_without_an_identity_token(federation: dict[str, str], content: str, message: str) -> None:
    Path(federation["assertion_file"]).write_text(content)
    assert message in refusal("wif", **federation)


def test_repr_shows_nothing() -> None:
    assert repr(GivenCredential(api_key="sk-ant-secret")) == "GivenCredential(…)"
