from __future__ import annotations

import gzip
import json
import subprocess

import pytest

from harness.captured import capture
from harness.command_line import CLAUDEFLARE, CommandLine, environment

ID = "cf_000000000000000000000006"
REQUEST = b'{"model":"claude-opus-4-5","text":"\xc3\xa9\x1b"}'.replace(b"\x1b", b"\\u001b")
EVENTS = b"event: ping\ndata: {}\n\n"


@pytest.fixture
def captured(cli: CommandLine) -> CommandLine:
    """With the bodies of one request."""
    capture(cli.home, ID, REQUEST, gzip.compress(EVENTS, mtime=0), "gzip")
    return cli


def test_both_bodies(captured: CommandLine) -> None:
    assert (
        captured.output("request", ID, "--body")
        == f"""\
Request  {len(REQUEST)} B
content-type: application/json

{{
  "model": "claude-opus-4-5",
  "text": "é\\u001b"
}}

Answer  {len(gzip.compress(EVENTS, mtime=0))} B
content-type: text/event-stream

event: ping
data: {{}}



"""
    )


def test_one_of_them(captured: CommandLine) -> None:
    shown = captured.output("request", ID, "--body", "--part", "response")
    assert shown.startswith("Answer")
    assert captured.output("request", ID, "--part", "response") == shown


def test_what_the_api_answers(captured: CommandLine) -> None:
    answer = json.loads(captured.output("request", ID, "--body", "--json"))
    assert answer["request"]["body"] == REQUEST.decode()
    assert answer["response"]["contentEncoding"] == "gzip"


def test_the_exact_bytes(captured: CommandLine) -> None:
    def written(*arguments: str) -> bytes:
        command = [*CLAUDEFLARE, "request", ID, *arguments]
        return subprocess.run(command, env=environment(captured.home), capture_output=True, check=True).stdout

    assert gzip.decompress(written("--raw")) == EVENTS
    assert written("--raw", "--part", "request") == REQUEST


def test_what_is_no_text_is_not_shown(cli: CommandLine) -> None:
    capture(cli.home, ID, b"\xff\xfe", b"{}")
    assert "No text; its 2 B are written by --raw --part request." in cli.output("request", ID, "--body")


def test_why_there_is_none(cli: CommandLine) -> None:
    for option in ("--body", "--raw"):
        assert "on record: there was none" in cli.error("request", ID, option)
    assert "no request 'nobody' on record" in cli.error("request", "nobody", "--body")


def test_a_terminal_obeys_no_body(captured: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # what Rich takes a terminal by
    capture(
        captured.home, "cf_000000000000000000000005", b"[1, 2]", b"\x1b]0;gone\x07\x9b1m".decode("latin-1").encode()
    )
    shown = captured.run("request", "cf_000000000000000000000005", "--body").stdout
    assert "\x1b]0" not in shown
    assert "\x9b" not in shown
    assert "\\x1b]0;gone\\x07\\x9b1m" in shown
    # And JSON has its colors.
    assert "\x1b[1;36m1\x1b[0m" in shown


def test_no_body_turns_the_direction_of_text(cli: CommandLine) -> None:
    turned = "\u202egnp.exe\u2066 in\ta row".encode()
    capture(cli.home, ID, b'{"name": "\xe2\x80\xaeexe"}', turned)
    shown = cli.output("request", ID, "--body")
    assert not set("\u202e\u2066\t") & set(shown)
    assert "\\u202egnp.exe\\u2066 in    a row" in shown
    assert '"name": "\\u202eexe"' in shown
