from __future__ import annotations

import json

from harness.command_line import CommandLine


def test_nothing_yet(cli: CommandLine) -> None:
    assert cli.output("audit") == "No change matches.\n"
    assert json.loads(cli.output("audit", "--json")) == []


def test_changes_newest_first(cli: CommandLine) -> None:
    cli.run("pause", "work")
    cli.run("strategy", "weighted")
    cli.run("tier", "work", "20")
    printed = cli.output("audit", columns=120).splitlines()
    assert printed[0].split() == ["When", "Who", "What", "To", "Change"]
    rows = [row.split("  ") for row in printed[1:]]
    assert [[part.strip() for part in row if part.strip()][1:] for row in rows] == [
        ["command line", "set-tier", "work", "tier: 5 → 20"],
        ["command line", "change-strategy", "configuration", "strategy: session → weighted"],
        ["command line", "pause-account", "work", "paused: false → true"],
    ]


def test_filters_and_limit(cli: CommandLine) -> None:
    cli.run("pause", "work")
    cli.run("resume", "work")
    cli.run("strategy", "weighted")
    assert "configuration" not in cli.output("audit", "--subject", "work")
    only = json.loads(cli.output("audit", "--action", "pause-account", "--json"))
    assert [(each["action"], each["after"]) for each in only] == [("pause-account", {"paused": True})]
    assert len(json.loads(cli.output("audit", "--limit", "2", "--json"))) == 2
    assert "is not a time" in cli.error("audit", "--since", "yesterday")


def test_what_was_made_is_named_and_not_spelled_out(cli: CommandLine) -> None:
    cli.run("add", "new", input="sk-ant-api03-planted")
    printed = cli.output("audit", columns=120)
    assert printed.splitlines()[1].rstrip().endswith("add-account  new")
    assert "planted" not in cli.output("audit", "--json")
