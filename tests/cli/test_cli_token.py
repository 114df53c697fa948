from __future__ import annotations

import fcntl
import json
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


def test_rotate_beside_a_server_says_what_is_left_to_do(empty: CommandLine) -> None:
    first = empty.output("token")
    home = Home(empty.home)
    with home.lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home.server.write_text(json.dumps({"pid": 1, "url": "http://127.0.0.1:8080"}))
        result = empty.run("token", "rotate")
    assert result.stdout != first
    assert result.stderr == (
        "The server at http://127.0.0.1:8080 takes it once it is restarted; until then the old one holds.\n"
    )


def test_the_owners_token_is_not_rotated(empty: CommandLine) -> None:
    empty.environ["CLAUDEFLARE_TOKEN"] = "owner-token"
    assert "Change it there" in empty.error("token", "rotate")
