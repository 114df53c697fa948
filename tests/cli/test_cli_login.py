"""`claudeflare login` and the modes of `claudeflare add` that ask nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.command_line import CommandLine
from harness.data_directory import NOW

TOKEN = "sk-ant-oat01-secret"


def account(cli: CommandLine, name: str) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(cli.run("show", name, "--json").stdout)
    return shown


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    directory = tmp_path / "anthropic"
    for folder in ("configs", "credentials"):
        (directory / folder).mkdir(parents=True)
    for name, client in (("default", {}), ("mine", {"client_id": "a-client"})):
        config = {"authentication": {"type": "user_oauth", **client}}
        (directory / "configs" / f"{name}.json").write_text(json.dumps(config))
        tokens = directory / "credentials" / f"{name}.json"
        tokens.write_text(json.dumps({"access_token": TOKEN, "refresh_token": "r", "expires_at": NOW + 3600}))
        tokens.chmod(0o600)
    return directory


def test_another_key(empty: CommandLine) -> None:
    empty.run("add", "main", input="sk-ant-old\n")
    before = account(empty, "main")
    result = empty.run("login", "main", input="sk-ant-new\n")
    assert result.stdout == "main has a new credential.\n"
    assert account(empty, "main") == before
    assert json.loads(empty.run("login", "main", "--json", input="sk-ant-newer\n").stdout) == before


def test_an_account_that_does_not_exist(empty: CommandLine) -> None:
    assert "There is no account 'nobody'" in empty.error("login", "nobody", input="sk-ant-new")


def test_no_key(empty: CommandLine) -> None:
    empty.run("add", "main", input="sk-ant-old\n")
    assert "No API key came" in empty.error("login", "main", input="\n")


def test_a_subscriptions_token(empty: CommandLine) -> None:
    refused = empty.run("add", "static", "--mode", "token", input=TOKEN, exit_code=1)
    assert "published terms" in refused.stderr
    assert TOKEN not in refused.output
    added = empty.run("add", "static", "--mode", "token", "--accept-terms", input=TOKEN)
    assert added.output == "static is added (token, tier 1, priority 0).\n"
    # Accepted once, they are not shown again.
    assert empty.run("add", "second", "--mode", "token", input=f"{TOKEN}2").stderr == ""
    assert empty.run("login", "static", input=f"{TOKEN}3").output == "static has a new credential.\n"
    assert "A token is one word" in empty.error("login", "static", input="two words")


def test_a_profile_from_where_ant_has_it(empty: CommandLine, directory: Path) -> None:
    empty.environ["ANTHROPIC_CONFIG_DIR"] = str(directory)
    read = empty.run("add", "ant", "--mode", "profile").output
    assert "ant is added (profile" in read
    assert "Another program renews its tokens" in read.replace("\n", " ")
    empty.environ["ANTHROPIC_PROFILE"] = "mine"
    assert "renewed here" in empty.run("add", "mine", "--mode", "profile").output
    assert account(empty, "mine")["tokenRenewed"] is True
    # What the account knows is not changed by the environment alone, only where that says something.
    del empty.environ["ANTHROPIC_CONFIG_DIR"], empty.environ["ANTHROPIC_PROFILE"]
    assert "has a new credential" in empty.run("login", "ant").output


def test_a_profile_that_is_named(empty: CommandLine, directory: Path) -> None:
    arguments = ("--mode", "profile", "--config-dir", str(directory), "--profile")
    assert empty.run("add", "ant", *arguments, "mine").exit_code == 0
    assert "nobody.json cannot be read" in empty.error("add", "other", *arguments, "nobody").replace("\n", " ")


def test_a_workload(empty: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "identity.jwt"
    file.write_text("head.payload.signature")
    arguments = ["--mode", "wif", "--assertion-file", str(file), "--rule", "fdrl_1", "--service-account", "svac_1"]
    assert "organizationId" in empty.error("add", "ci", *arguments)
    organization = ("--organization", "0d6bd0e4-4a4c-4f0c-9a54-0a4b9c6b6f10")
    assert empty.run("add", "ci", *arguments, *organization).output == "ci is added (wif, tier 1, priority 0).\n"
    assert empty.run("login", "ci", "--workspace", "wrkspc_1").output == "ci has a new credential.\n"
    file.unlink()
    assert "cannot be read" in empty.error("login", "ci")


@pytest.mark.parametrize(
    ("mode", "option", "of_mode"),
    [
        ("api-key", "--profile", "profile"),
        ("profile", "--rule", "wif"),
        ("max", "--config-dir", "profile"),
        ("wif", "--profile", "profile"),
    ],
)
def test_options_of_another_mode(empty: CommandLine, mode: str, option: str, of_mode: str) -> None:
    message = empty.error("add", "x", "--mode", mode, option, "y", input="sk-ant-x")
    assert message == f"{option} is for accounts of mode {of_mode}; this one's is {mode}.\n"
