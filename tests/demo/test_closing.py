from __future__ import annotations

from io import StringIO

from rich.console import Console

from claudeflare.demo.closing import closing, kept
from claudeflare.demo.summary import AccountShare, Summary
from harness.command_line import lines

WHOLE = Summary(
    seconds=60.0,
    answered=490,
    recorded=490,
    upstream_429=19,
    upstream_529=6,
    moves=40,
    moves_by_reason={"429 rate limited": 37, "529 overloaded": 3},
    overhead_ms_p50=0.36,
    overhead_ms_p95=1.257,
    cost_usd=1.7218,
    accounts=[
        AccountShare("company", "company", requests=337),
        AccountShare("trial", "trial", requests=11, upstream_429=4),
        AccountShare("studio-a", "studio", requests=142, upstream_429=15, upstream_529=6),
    ],
)

SHOWN = """\
490 requests answered in 1 min. Clients saw 0 rate limits; the API had answered
429 19 times and 529 6 times.

Account   Organization  Answered   Share  429  529
company   company            337  68.8 %    0    0
trial     trial               11   2.2 %    4    0
studio-a  studio             142  29.0 %   15    6

Moves       40 to another account
            37 × 429 rate limited
            3 × 529 overloaded
Added time  p50 0.4 ms, p95 1.3 ms inside Claudeflare, on this machine, which
            also ran clients and API
Cost        $1.72, had this been the real API

To do it for real:
  claudeflare add work  asks for an API key; repeat it for each account
  claudeflare serve     then: export ANTHROPIC_BASE_URL=http://localhost:8080
"""


def shown(summary: Summary) -> str:
    out = Console(file=StringIO(), width=80, markup=False, highlight=False)
    for part in closing(summary):
        out.print(part)
    assert isinstance(out.file, StringIO)
    return lines(out.file.getvalue())


def test_the_whole_summary() -> None:
    assert shown(WHOLE) == SHOWN


def test_what_went_wrong_is_said() -> None:
    told = shown(
        Summary(answered=3, recorded=8, client_rate_limits=2, client_failures=1, broken_off=2, unpriced_requests=1)
    )
    assert "Clients saw 2 rate limits" in told
    assert "every account was limited" in told
    assert "1 request failed otherwise." in told
    assert "did not wait for the answers to 2 requests" in told
    assert "unknown, without 1 request of unknown price" in told


def test_a_demo_ended_at_once_still_says_how_to_go_on() -> None:
    told = shown(Summary(accounts=[AccountShare("company", "company")]))
    assert told.startswith("The demo was ended before its first answer.\n")
    assert "claudeflare add work" in told


def test_a_demo_that_stays_says_where() -> None:
    told = "".join(str(part) for part in kept("http://127.0.0.1:41231", "/tmp/demo"))
    assert "ANTHROPIC_BASE_URL=http://127.0.0.1:41231" in told
    assert "CLAUDEFLARE_HOME=/tmp/demo claudeflare status" in told
