from __future__ import annotations

import json

from harness.command_line import CommandLine

ACCOUNT_KEYS = {
    "id",
    "name",
    "provider",
    "mode",
    "tier",
    "priority",
    "paused",
    "tokenStatus",
    "rateLimitStatus",
    "rateLimitReset",
    "requestCount",
    "totalRequests",
    "lastUsed",
    "created",
}


def test_the_table(cli: CommandLine) -> None:
    assert cli.output("list") == (
        "Name    Mode     Tier  Prio  State                           Requests  Last used\n"
        "broken  api-key     1     0  ● refused: claudeflare login           0  never\n"
        "                             broken\n"
        "old     api-key    20     0  ● paused                               0  never\n"
        "spare   api-key     1     1  ● limited until 18:21 (41 min)         0  never\n"
        "work    api-key     5     0  ● ok                                   5  1 min ago\n"
    )


def test_json_is_what_the_api_answers(cli: CommandLine) -> None:
    accounts = json.loads(cli.run("list", "--json").stdout)
    assert [account["name"] for account in accounts] == ["broken", "old", "spare", "work"]
    assert all(account.keys() >= ACCOUNT_KEYS for account in accounts)


def test_without_accounts_it_says_how_to_add_one(empty: CommandLine) -> None:
    assert empty.output("list") == "There is no account yet. Add one: claudeflare add NAME\n"
    assert json.loads(empty.run("list", "--json").stdout) == []


def test_a_long_name_is_folded_not_cut(empty: CommandLine) -> None:
    name = "a-name-" + "x" * 40
    empty.run("add", name, input="sk-ant-api03-fresh\n")
    shown = empty.output("list")
    assert max(map(len, shown.splitlines())) <= 80
    assert "".join(line.split(" ")[0] for line in shown.splitlines()[1:]) == name
