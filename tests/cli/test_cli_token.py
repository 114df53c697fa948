from __future__ import annotations

import stat

from claudeflare.home import Home
from harness.command_line import CommandLine


def test_it_is_made_once_and_kept(empty: CommandLine) -> None:
    first = empty.output("token")
    assert len(first.strip()) == 43
    assert empty.output("token") == first
    assert stat.S_IMODE(Home(empty.home).control_token.stat().st_mode) == 0o600


def test_the_owners_token(empty: CommandLine) -> None:
    empty.environ["CLAUDEFLARE_TOKEN"] = "owner-token"
    assert empty.output("token") == "owner-token\n"


def test_rotate(empty: CommandLine) -> None:
    first = empty.output("token")
    second = empty.output("token", "rotate")
    assert second != first
    assert empty.output("token") == second
    assert "command line  rotate-token" in empty.output("audit")


def test_the_owners_token_is_not_rotated(empty: CommandLine) -> None:
    empty.environ["CLAUDEFLARE_TOKEN"] = "owner-token"
    assert "Change it there" in empty.error("token", "rotate")
