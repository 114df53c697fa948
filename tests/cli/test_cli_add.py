from __future__ import annotations

import json
from typing import Any

import pytest

from harness.command_line import CommandLine

KEY = "sk-ant-api03-secret"


def added(cli: CommandLine, *options: str) -> dict[str, Any]:
    """The account as it is after adding it."""
    result = cli.run("add", "fresh", *options, input=f"{KEY}\n")
    assert result.stderr == ""
    assert KEY not in result.stdout
    account: dict[str, Any] = json.loads(cli.run("show", "fresh", "--json").stdout)
    return account


def test_the_key_comes_from_standard_input(empty: CommandLine) -> None:
    result = empty.run("add", "fresh", input=f"{KEY}\n")
    assert result.output == "fresh is added (api-key, tier 1, priority 0).\n"


def test_defaults(empty: CommandLine) -> None:
    account = added(empty)
    wanted = {"mode": "api-key", "tier": 1, "priority": 0, "baseUrl": None, "paused": False, "tokenStatus": "valid"}
    assert {field: account[field] for field in wanted} == wanted


def test_options(empty: CommandLine) -> None:
    account = added(
        empty, "--mode", "api-key", "--tier", "20", "--priority", "3", "--base-url", "http://127.0.0.1:8090"
    )
    assert (account["tier"], account["priority"], account["baseUrl"]) == (20, 3, "http://127.0.0.1:8090")


def test_what_is_to_be_spared(empty: CommandLine) -> None:
    account = added(empty, "--reserve", "0.8", "--no-extra-usage")
    assert (account["reserve"], account["allowExtraUsage"]) == (0.8, False)
    shown = empty.output("show", "fresh")
    assert "Spared       from 80% of a usage window on\n" in shown
    assert "Extra usage  not allowed\n" in shown


def test_a_name_that_is_taken(cli: CommandLine) -> None:
    assert "work" in cli.error("add", "work", input=KEY)


@pytest.mark.parametrize("options", [("--mode", "password"), ("--tier", "7"), ("--priority", "high"), ("--key", KEY)])
def test_values_that_are_not_allowed_are_usage_errors(empty: CommandLine, options: tuple[str, ...]) -> None:
    empty.error("add", "fresh", *options, input=KEY, exit_code=2)


@pytest.mark.parametrize("nothing", ["", "\n", "  \n"])
def test_no_key(empty: CommandLine, nothing: str) -> None:
    assert empty.error("add", "fresh", input=nothing) == (
        "No API key came on standard input. Pipe it in, or run this on a terminal to be asked.\n"
    )


@pytest.mark.parametrize("text", [f"{KEY}\n{KEY}\n", f"export KEY={KEY} other"])
def test_more_than_a_key(empty: CommandLine, text: str) -> None:
    message = empty.error("add", "fresh", input=text)
    assert message == "An API key is one word; standard input held more than that.\n"


def test_what_cannot_be_a_key_is_not_repeated(empty: CommandLine) -> None:
    message = empty.error("add", "fresh", input="sk-ant-\x07secret\n")
    assert "secret" not in message
