"""The kinds of accounts, and what is sent of what was filled in."""

from __future__ import annotations

import pytest

from claudeflare.tui.account_kinds import KINDS, credential, kind_of


def test_every_mode_there_is() -> None:
    assert [kind.mode for kind in KINDS] == ["api-key", "console", "max", "token", "profile", "wif"]


@pytest.mark.parametrize(
    ("mode", "filled", "sent"),
    [
        ("api-key", {"apiKey": " sk-ant-api03-x \n", "token": "other"}, {"apiKey": "sk-ant-api03-x"}),
        ("profile", {"profile": "", "configDir": "/etc/anthropic"}, {"configDir": "/etc/anthropic"}),
        ("max", {"apiKey": "x"}, {}),
    ],
)
def test_only_what_its_mode_takes_and_was_filled_in(mode: str, filled: dict[str, str], sent: dict[str, str]) -> None:
    assert credential(kind_of(mode), filled) == sent


def test_secrets_are_marked() -> None:
    assert {field.name for kind in KINDS for field in kind.fields if field.secret} == {"apiKey", "token"}


def test_a_mode_of_a_newer_server() -> None:
    assert kind_of("something new").mode == "api-key"
