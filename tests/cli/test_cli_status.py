from __future__ import annotations

import json

from claudeflare.home import Home
from claudeflare.storage.requests import RequestStore
from harness.command_line import CommandLine
from harness.data_directory import opened


def test_without_a_server(cli: CommandLine) -> None:
    assert cli.output("status") == (
        "1 of 4 accounts available: broken refused: claudeflare login broken, old paused,\n"
        "spare limited until 18:21 (41 min).\n"
        "\n"
        "Server     not running\n"
        "Strategy   session\n"
        "In flight  0\n"
        "\n"
        "Account  State                              Tier  In flight  Requests  Last used\n"
        "broken   ● refused: claudeflare login          1          0         0  never\n"
        "         broken\n"
        "old      ● paused                             20          0         0  never\n"
        "spare    ● limited until 18:21 (41 min)        1          0         0  never\n"
        "work     ● ok                                  5          0         5  1 min ago\n"
    )


def test_without_accounts(empty: CommandLine) -> None:
    assert empty.output("status") == (
        "There is no account yet. Add one: claudeflare add NAME\n"
        "\n"
        "Server     not running\n"
        "Strategy   session\n"
        "In flight  0\n"
    )


def test_records_that_were_lost_are_told(cli: CommandLine) -> None:
    with opened(Home(cli.home)) as database:
        RequestStore(database).write_batch(opened=[], finished=[], changed=[], shed={"boot-0": 1200})
    assert "Not recorded  1,200 requests: the data directory could not be written\n" in cli.output("status")


def test_json_puts_the_answers_side_by_side(cli: CommandLine) -> None:
    state = json.loads(cli.run("status", "--json").stdout)
    assert state.keys() == {"server", "health", "strategy", "accounts", "queue", "shedRecords", "shedPayloads"}
    assert (state["server"], state["health"], state["strategy"]) == (None, None, "session")
    assert state["accounts"] == json.loads(cli.run("list", "--json").stdout)
