from __future__ import annotations

import json

from harness.command_line import CommandLine


def test_everything_about_an_account(cli: CommandLine) -> None:
    assert cli.output("show", "work") == (
        "work\n"
        "State       ● ok\n"
        "Mode        api-key (anthropic)\n"
        "Credential  valid, does not end by itself\n"
        "Tier        5\n"
        "Priority    0\n"
        "Base URL    the server's own\n"
        "In flight   0\n"
        "Requests    5 since the last reset, 5 in all\n"
        "Last used   2026-11-22 17:38:30 (1 min ago)\n"
        "Added       2026-11-18 17:40:00\n"
        "Id          account-1\n"
    )


def test_why_an_account_is_limited(cli: CommandLine) -> None:
    assert cli.output("show", "spare").splitlines()[1:3] == [
        "State       ● limited until 18:21 (41 min)",
        "            rate limited: input tokens per minute, until 18:21 (41 min)",
    ]


def test_an_account_that_was_never_used(cli: CommandLine) -> None:
    shown = cli.output("show", "old")
    assert "Last used   never\n" in shown
    assert "Base URL    https://claude.example\n" in shown


def test_json_is_what_the_api_answers(cli: CommandLine) -> None:
    assert json.loads(cli.run("show", "spare", "--json").stdout)["rateLimitReset"] == "2026-11-22T18:21:00.000Z"


def test_an_unknown_account(cli: CommandLine) -> None:
    assert "nobody" in cli.error("show", "nobody")


def test_a_name_is_needed(cli: CommandLine) -> None:
    assert "Missing argument 'NAME'" in cli.error("show", exit_code=2)
