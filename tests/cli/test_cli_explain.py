from __future__ import annotations

import json

from harness.command_line import CommandLine


def test_step_by_step(cli: CommandLine) -> None:
    assert (
        cli.output("explain", "cf_000000000000000000000002")
        == """\
2026-11-22 15:40:00: complete, status 200 by work
1. session was bound to spare
      Account  Score
   →  spare     1.00  chosen
      work      0.62  available
      old          –  paused
2. spare: rate limited (429): input tokens per minute; then another
3. session moved to work: spare is limited
      Account  Score
   →  work      0.62  chosen
      spare        –  rate limited, until 15:41
4. work: served (200); then relay
"""
    )


def test_a_refusal(cli: CommandLine) -> None:
    assert cli.output("explain", "cf_000000000000000000000003") == (
        "2026-11-22 17:30:00: refused, status 429\nNo account is available: spare is limited until 18:21.\n"
    )


def test_json_is_what_the_api_answers(cli: CommandLine) -> None:
    answer = json.loads(cli.run("explain", "cf_000000000000000000000002", "--json").stdout)
    assert len(answer["steps"]) == 4


def test_an_unknown_request(cli: CommandLine) -> None:
    assert "cf_none" in cli.error("explain", "cf_none")
