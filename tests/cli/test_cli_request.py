from __future__ import annotations

import json

from harness.command_line import CommandLine

FAILED_OVER = "cf_000000000000000000000002"
REFUSED = "cf_000000000000000000000003"


def test_everything_about_a_request(cli: CommandLine) -> None:
    assert (
        cli.output("request", FAILED_OVER)
        == """\
POST /v1/messages  ok
Id           cf_000000000000000000000002
Started      2026-11-22 15:40:00 (2 h ago)
Ended        complete, status 200
Stop reason  end_turn
Model        claude-opus-4-5, served as claude-opus-4-5-20251101
Account      work
Session      session-1
Client       claude-cli/2.1.78
Upstream id  req_011CS
Size         20.5 kB in, 3.4 kB out

Timing
Waited on purpose   0 ms
First byte          700 ms
First content       840 ms
Total               2 min 5 s
Claudeflare's part  0.4 ms
Speed               7.6 tokens/s

Attempts
Account   Begun  First byte      Ended  Status  Outcome
spare    0.2 ms       80 ms      81 ms     429  rate limited: input tokens per
                                                minute
work      81 ms      700 ms  2 min 5 s     200  served

What spare answered
{"type":"error"}

Tokens and cost
Input                    12,345
Cache read            1,200,000
Cache written, 5 min      2,000
Output                      950
Cost                      $3.41

Why
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


def test_a_refused_request_shows_only_what_there_is(cli: CommandLine) -> None:
    assert (
        cli.output("request", REFUSED)
        == """\
POST /v1/messages  refused
Id           cf_000000000000000000000003
Started      2026-11-22 17:30:00 (10 min ago)
Ended        refused, status 429
Error        No account is available: spare is limited until 18:21.
Model        claude-sonnet-4-5-20250929
Session      session-1
Client       claude-cli/2.1.78
Upstream id  req_011CS
Size         20.5 kB in, 3.4 kB out

Timing
Waited on purpose   0 ms
First byte          1.1 ms
First content       –
Total               1.2 ms
Claudeflare's part  0.4 ms
Speed               –

Tokens and cost
Cost  $0.00
"""
    )


def test_json_is_what_the_api_answers(cli: CommandLine) -> None:
    detail = json.loads(cli.run("request", FAILED_OVER, "--json").stdout)
    assert [attempt["outcome"] for attempt in detail["attempts"]] == ["rate_limited", "served"]


def test_an_unknown_request(cli: CommandLine) -> None:
    assert "cf_none" in cli.error("request", "cf_none")
