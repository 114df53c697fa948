"""`claudeflare doctor`, whole outputs compared."""

from __future__ import annotations

import json
import pty
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from claudeflare.storage.migrate import head_revision
from harness.command_line import CLAUDEFLARE, CommandLine, environment
from harness.data_directory import NOW

WIDE = 400
"""Columns: data directories of tests have long names."""


class Answering(BaseHTTPRequestHandler):
    """An upstream whose clock agrees with the tests'."""

    def do_HEAD(self) -> None:
        self.send_response_only(404)
        self.send_header("date", formatdate(NOW, usegmt=True))
        self.end_headers()


@pytest.fixture
def upstream() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def patient(cli: CommandLine, upstream: str, tmp_path: Path) -> CommandLine:
    """One with accounts and requests, and nothing wrong but with one account."""
    url = "http://127.0.0.1:8080"
    more = {"CLAUDEFLARE_UPSTREAM_URL": upstream, "PORT": "0", "HOME": str(tmp_path), "ANTHROPIC_BASE_URL": url}
    cli.environ.update(more)
    return cli


def shown(patient: CommandLine, *options: str, exit_code: int = 1, columns: int = WIDE) -> str:
    result = patient.run(*options, "doctor", exit_code=exit_code, columns=columns)
    assert result.stderr == ""
    return "".join(f"{line.rstrip()}\n" for line in result.stdout.splitlines())


def free_space_left_out(text: str) -> str:
    lines = text.splitlines(keepends=True)
    at = lines.index("Disk\n")
    return "".join([*lines[: at + 1], "  ✓ …\n", *lines[at + 2 :]])


def test_everything_and_what_is_wrong(patient: CommandLine, upstream: str) -> None:
    home = patient.home
    assert free_space_left_out(shown(patient)) == (
        "Server\n"
        "  ! No server runs.\n"
        "    → claudeflare serve\n"
        "\n"
        "Port\n"
        "  ✓ The system picks a free one (PORT=0).\n"
        "\n"
        "Clients\n"
        "  ✓ ANTHROPIC_BASE_URL in this shell is http://127.0.0.1:8080.\n"
        "\n"
        "Clock\n"
        f"  ✓ Agrees with {upstream}.\n"
        "\n"
        "Accounts\n"
        "  ✗ The API refuses the credential of broken.\n"
        "    credential refused: invalid x-api-key\n"
        "    → claudeflare login broken\n"
        "  ✓ old (paused): credential valid.\n"
        "  ✓ spare: credential valid.\n"
        "  ✓ work: credential valid.\n"
        "\n"
        "Keys of secrets\n"
        f"  ✓ All secrets open with what is in {home}/secret.key.\n"
        "\n"
        "Upstream\n"
        f"  ✓ {upstream} can be reached (it answered 404).\n"
        "\n"
        "Database\n"
        f"  ✓ SQLite {sqlite3.sqlite_version}, {home}/claudeflare.db: no damage.\n"
        "\n"
        "Journal\n"
        "  ✓ Everything that was recorded is filed.\n"
        "\n"
        "Disk\n"
        "  ✓ …\n"
        "\n"
        "Files\n"
        "  ✓ Only you can read the data directory and its secrets.\n"
        "\n"
        "1 problem, 1 warning.\n"
    )


def test_without_a_problem_it_ends_well(empty: CommandLine, upstream: str, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{(port := free_port())}/v1"
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / "settings.json").write_text("{broken")
    empty.environ |= {"CLAUDEFLARE_UPSTREAM_URL": upstream, "PORT": str(port), "HOME": str(tmp_path)}
    assert shown(empty, exit_code=0, columns=80).endswith(
        "Upstream\n"
        f"  ✓ {upstream} can be reached (it answered 404).\n"
        "\n"
        "Database\n"
        "  – Database, accounts and journal: there is nothing yet\n"
        "\n"
        "0 problems, 3 warnings.\n"
    )
    empty.environ["ANTHROPIC_BASE_URL"] = url
    assert (
        f"  ✗ ANTHROPIC_BASE_URL in this shell is {url}: clients add\n"
        "    /v1 themselves, and /v1/v1/messages is not found.\n"
        f"    → export ANTHROPIC_BASE_URL={url.removesuffix('/v1')}\n"
    ) in shown(empty, columns=80)
    assert not empty.home.exists()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def test_json(patient: CommandLine) -> None:
    told = json.loads(patient.run("doctor", "--json", exit_code=1).stdout)
    assert (told["problems"], told["warnings"]) == (1, 1)
    assert told["findings"][0] == {
        "check": "server",
        "state": "warning",
        "summary": "No server runs.",
        "detail": None,
        "cure": "claudeflare serve",
    }
    assert {frozenset(finding) for finding in told["findings"]} == {
        frozenset({"check", "state", "summary", "detail", "cure"})
    }


def test_bad_settings(patient: CommandLine) -> None:
    patient.environ["PORT"] = "eighty"
    assert shown(patient) == (
        "Settings\n"
        "  ✗ bad value for port from environment PORT: 'eighty'.\n"
        "    → allowed: a whole number from 0 to 65535\n"
        "\n"
        "1 problem, 0 warnings.\n"
    )
    assert json.loads(patient.run("doctor", "--json", exit_code=1).stdout)["problems"] == 1


def test_everything_wrong_at_once(patient: CommandLine) -> None:
    home = patient.home
    (home / "secret.key").chmod(0o644)
    database = bytearray((home / "claudeflare.db").read_bytes())
    database[8192:] = b"\x5a" * (len(database) - 8192)
    (home / "claudeflare.db").write_bytes(database)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        patient.environ |= {
            "PORT": str(port),
            "CLAUDEFLARE_UPSTREAM_URL": "http://127.0.0.1:1",
            "ANTHROPIC_BASE_URL": f"https://localhost:{port}",
        }
        text = shown(patient)
    assert f"  ✗ Port {port} on 127.0.0.1 is taken by " in text
    assert "  ✗ http://127.0.0.1:1 cannot be connected to: " in text
    assert f"    → chmod 600 {home}/secret.key\n" in text
    assert f"  ✗ The database {home}/claudeflare.db is damaged.\n" in text
    assert f"    → export ANTHROPIC_BASE_URL=http://127.0.0.1:{port}\n" in text
    assert text.endswith("\n\n5 problems, 1 warning.\n")


def test_nothing_is_changed_by_looking(patient: CommandLine) -> None:
    before = {path.name for path in patient.home.iterdir()}
    shown(patient)
    with sqlite3.connect(patient.home / "claudeflare.db") as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(head_revision(),)]
        assert database.execute("SELECT count(*) FROM audit_log").fetchall() == [(0,)]
    database.close()
    assert {path.name for path in patient.home.iterdir()} - before <= {
        "journal",
        "lock",
        "control-token",
        "payloads.db",
    }


def test_progress_on_a_terminal(tmp_path: Path) -> None:
    """It goes to standard error, so that what is found can be sent elsewhere."""
    leader, follower = pty.openpty()
    environ = environment(tmp_path / "none", TERM="xterm", PORT="0", CLAUDEFLARE_UPSTREAM_URL="http://127.0.0.1:1")
    process = subprocess.run(
        [*CLAUDEFLARE, "doctor"], stdout=subprocess.PIPE, stderr=follower, env=environ, check=False
    )
    with open(leader, "rb", buffering=0) as end:
        written = end.read(65_536).decode()
    assert "Looking " in written
    assert process.stdout.decode().startswith("Server\n")
    assert "Looking" not in process.stdout.decode()
    assert process.returncode == 1
