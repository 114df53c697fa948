from __future__ import annotations

import json

from harness.command_line import CommandLine


def test_it_tells_all_there_is(cli: CommandLine) -> None:
    shown = cli.output("analyze", columns=120)
    for part in (
        "claudeflare.db: ",
        "payloads.db: ",
        "The usual questions, asked now",
        "No statement took longer than 100 ms since the server was started.",
        "What could go",
        "Records past 365 days",
        "Bodies past 7 days",
    ):
        assert part in shown
    (requests,) = [line.split() for line in shown.splitlines() if line.startswith("requests  ") and "kB" in line]
    assert requests[:2] == ["requests", "6"]
    assert "SEARCH" not in shown


def test_other_days_and_plans(cli: CommandLine) -> None:
    shown = cli.output("analyze", "--plans", "--exact", "--request-days", "1", "--payload-days", "3", columns=200)
    assert "Records past 1 day " in shown
    assert "Bodies past 3 days" in shown
    assert "USING INDEX ix_requests_started_at_id" in shown


def test_json_is_what_the_api_answers(cli: CommandLine) -> None:
    answer = json.loads(cli.output("analyze", "--json", "--request-days", "30"))
    assert answer["retention"]["requestDays"] == 30
    assert answer["databases"][0]["kind"] == "sqlite"


def test_days_that_cannot_be(cli: CommandLine) -> None:
    assert "allowed: " in cli.error("analyze", "--request-days", "-1")
