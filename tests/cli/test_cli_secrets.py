from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from claudeflare.home import Home
from harness.command_line import CommandLine
from harness.desktop_keyring import Drawer, desktop_keyring


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    backend = Drawer()
    with desktop_keyring(backend):
        yield backend


def test_keys_and_what_needs_them(cli: CommandLine) -> None:
    shown = cli.output("secrets", "show", columns=200)
    assert re.fullmatch(r"Kept in .*/secret\.key\nKey +Secrets\n[0-9a-f]{16} +seals +4\n", shown)
    answer = json.loads(cli.output("secrets", "show", "--json"))
    assert [key["secrets"] for key in answer["keys"]] == [4]


def test_a_new_key(cli: CommandLine) -> None:
    (old,) = [key["id"] for key in json.loads(cli.output("secrets", "show", "--json"))["keys"]]
    assert re.fullmatch(
        r"Key [0-9a-f]{16} seals from now on; 4 secrets sealed anew\.\n", cli.output("secrets", "rotate")
    )
    assert cli.output("secrets", "forget") == f"1 key forgotten: {old}\n"
    assert cli.output("secrets", "forget") == "There is no key that could go.\n"
    assert json.loads(cli.output("secrets", "forget", "--json")) == {"forgottenKeys": []}


def test_a_new_key_and_no_other(cli: CommandLine) -> None:
    done = json.loads(cli.output("secrets", "rotate", "--forget-old", "--json"))
    assert (done["sealedAnew"], done["failedAccounts"], len(done["forgottenKeys"])) == (4, [], 1)
    assert len(json.loads(cli.output("secrets", "show", "--json"))["keys"]) == 1


def test_a_secret_that_does_not_open(cli: CommandLine) -> None:
    key_file = Home(cli.home).secret_key
    lost = key_file.read_text()
    cli.output("secrets", "rotate", "--forget-old")
    key_file.write_text(lost)
    result = cli.run("secrets", "rotate", exit_code=1, columns=200)
    assert "claudeflare login work" in result.stdout
    assert "missing" in cli.output("secrets", "show")


def test_to_the_keyring_and_back(cli: CommandLine, drawer: Drawer) -> None:
    said = cli.output("secrets", "move", "--to", "keyring", columns=300)
    assert "the desktop's keyring" in said
    assert "Set CLAUDEFLARE_SECRET_KEYRING=on from now on." in said
    assert "SECRET_KEYRING=on" in cli.error("secrets", "show")
    cli.environ["CLAUDEFLARE_SECRET_KEYRING"] = "on"
    assert [key["secrets"] for key in json.loads(cli.output("secrets", "show", "--json"))["keys"]] == [4]
    assert "SECRET_KEYRING=off" in cli.output("secrets", "move", "--to", "file", columns=300)
    del cli.environ["CLAUDEFLARE_SECRET_KEYRING"]
    assert [key["secrets"] for key in json.loads(cli.output("secrets", "show", "--json"))["keys"]] == [4]
    assert drawer.entries == {}


def test_a_keyring_that_is_not_there(cli: CommandLine) -> None:
    from keyring.backends.fail import Keyring

    with desktop_keyring(Keyring()):
        assert "no keyring that could be used" in cli.error("secrets", "move", "--to", "keyring")
    assert "seals" in cli.output("secrets", "show")
