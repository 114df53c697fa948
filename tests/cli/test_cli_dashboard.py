"""The address that signs a browser in (test_cli_with_server opens one with a browser), and who is signed in."""

from __future__ import annotations

import json

import pytest

from claudeflare.home import Home
from claudeflare.storage.sessions import SessionStore, StoredSession
from harness.command_line import CommandLine
from harness.data_directory import NOW, opened

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def signed_in(cli: CommandLine) -> CommandLine:
    """Two browsers."""
    with opened(Home(cli.home)) as database:
        store = SessionStore(database)
        store.add(StoredSession("a1b2c3", "digest-1", NOW - 7200, NOW - 300, "10.0.0.7", AGENT))
        store.add(StoredSession("d4e5f6", "digest-2", NOW - 60, NOW - 60, None, None))
    return cli


def test_without_a_server_there_is_nothing_to_open(cli: CommandLine) -> None:
    assert (
        cli.error("dashboard") == "No server is running. Start one with `claudeflare serve`, or name one with --url.\n"
    )


def test_who_is_signed_in(signed_in: CommandLine) -> None:
    assert signed_in.output("dashboard", "--sessions", columns=140) == (
        "Id      From      Signed in         Last used  Browser\n"
        "d4e5f6  –         2026-11-22 17:39  1 min ago  –\n"
        "a1b2c3  10.0.0.7  2026-11-22 15:40  5 min ago  "
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Fi…\n"
    )
    found = json.loads(signed_in.output("dashboard", "--sessions", "--json"))
    assert [each["id"] for each in found] == ["d4e5f6", "a1b2c3"]


def test_signing_out(signed_in: CommandLine) -> None:
    assert signed_in.output("dashboard", "--sign-out", "a1b2c3") == "1 browser signed out.\n"
    assert "a1b2c3" in signed_in.error("dashboard", "--sign-out", "a1b2c3")
    assert json.loads(signed_in.output("dashboard", "--sign-out", "all", "--json")) == [{"id": "d4e5f6", "ended": True}]
    assert signed_in.output("dashboard", "--sign-out", "all") == "No browser is signed in.\n"
    assert signed_in.output("dashboard", "--sessions") == "No browser is signed in.\n"


@pytest.mark.parametrize(
    "options",
    [("--sessions", "--print-url"), ("--sessions", "--sign-out", "all"), ("--json",), ("--json", "--print-url")],
)
def test_options_that_do_not_go_together(cli: CommandLine, options: tuple[str, ...]) -> None:
    assert "--print-url" in cli.error("dashboard", *options)
