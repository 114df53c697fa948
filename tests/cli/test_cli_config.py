from __future__ import annotations

import json

import pytest

from claudeflare.settings import Settings
from harness.command_line import CommandLine


def test_show_names_every_setting_its_value_and_source(empty: CommandLine) -> None:
    empty.environ |= {"PORT": "8081", "CLAUDEFLARE_TOKEN": "owner-token"}
    title, *rows = (line.split(maxsplit=2) for line in empty.output("config", "show", columns=200).splitlines())
    assert title == ["Setting", "Value", "Source"]
    assert [name for name, _, _ in rows] == list(Settings.__struct_fields__)
    assert ["port", "8081", "environment PORT"] in rows
    assert ["token", "set", "environment CLAUDEFLARE_TOKEN"] in rows
    assert ["allowed_hosts", "–", "default"] in rows


def test_show_json_is_what_the_api_answers(empty: CommandLine) -> None:
    answer = json.loads(empty.run("config", "show", "--json").stdout)
    assert {setting["name"] for setting in answer["settings"]} == set(Settings.__struct_fields__)


def test_secrets_are_never_shown(empty: CommandLine) -> None:
    empty.environ["CLAUDEFLARE_TOKEN"] = "owner-token"
    assert "owner-token" not in empty.run("config", "show").output + empty.run("config", "show", "--json").output


def test_check(empty: CommandLine) -> None:
    empty.environ["PORT"] = "8081"
    assert empty.output("config", "check") == (
        "The settings are good.\n  home comes from environment CLAUDEFLARE_HOME.\n  port comes from environment PORT.\n"
    )


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "eighty"), ("CLAUDEFLARE_PROT", "8081"), ("LB_STRATEGY", "luck"), ("PORT", "70000")]
)
def test_check_names_what_is_wrong(empty: CommandLine, name: str, value: str) -> None:
    empty.environ[name] = value
    assert name in empty.error("config", "check")


def test_path(empty: CommandLine) -> None:
    assert empty.output("config", "path") == f"{empty.home}/config.toml\n"
