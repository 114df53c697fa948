from __future__ import annotations

import json

import pytest
from rich.cells import cell_len

from claudeflare.home import Home
from harness.command_line import CommandLine
from harness.data_directory import add_requests, priced, request

REQUEST_KEYS = {
    "id",
    "timestamp",
    "method",
    "path",
    "accountUsed",
    "statusCode",
    "success",
    "terminalState",
    "errorMessage",
    "responseTimeMs",
    "ttftMs",
    "overheadMs",
    "queuedMs",
    "failoverAttempts",
    "sessionId",
    "clientKey",
    "model",
    "inputTokens",
    "cacheReadInputTokens",
    "cacheCreationInputTokens",
    "cacheCreation5mTokens",
    "cacheCreation1hTokens",
    "outputTokens",
    "costUsd",
    "tokensPerSecond",
    "stopReason",
}


def test_eighty_columns(cli: CommandLine) -> None:
    assert cli.output("requests") == (
        "Time     State   Model      Account      In  Cache    Out   TTFT  Total     Cost\n"
        "17:38:30 ok      sonnet-4-5 work     12.3 k  1.2 M    950 840 ms  3.2 s <$0.0001\n"
        "         cf_000000000000000000000006\n"
        "17:36:40 left    haiku-4-5  work     12.3 k  1.2 M    950 840 ms  3.2 s  $0.0042\n"
        "         cf_000000000000000000000005\n"
        "17:35:00 cut off sonnet-4-5 work     12.3 k  1.2 M    950 840 ms  3.2 s  unknown\n"
        "         cf_000000000000000000000004 The upstream connection was reset.\n"
        "17:30:00 refused sonnet-4-5 –             –      –      –      – 1.2 ms    $0.00\n"
        "         cf_000000000000000000000003 No account is available: spare is limited …\n"
        "15:40:00 ok      opus-4-5   work     12.3 k  1.2 M    950 840 ms  125 s    $3.41\n"
        "         cf_000000000000000000000002\n"
        "2026-11-21\n"
        "16:40:00 ok      sonnet-4-5 work     12.3 k  1.2 M    950 840 ms  3.2 s    $0.04\n"
        "         cf_000000000000000000000001\n"
    )


def test_a_wide_terminal_has_a_column_for_the_id(cli: CommandLine) -> None:
    assert cli.output("requests", "--limit", "3", columns=140) == (
        "Time      Id                           State    Model                 Account               In   Cache     Out"
        "    TTFT   Total      Cost\n"
        "17:38:30  cf_000000000000000000000006  ok       sonnet-4-5            work              12.3 k   1.2 M     950"
        "  840 ms   3.2 s  <$0.0001\n"
        "17:36:40  cf_000000000000000000000005  left     haiku-4-5             work              12.3 k   1.2 M     950"
        "  840 ms   3.2 s   $0.0042\n"
        "17:35:00  cf_000000000000000000000004  cut off  sonnet-4-5            work              12.3 k   1.2 M     950"
        "  840 ms   3.2 s   unknown\n"
        "          The upstream connection was reset.\n"
    )


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (("--limit", "2"), [6, 5]),
        (("--account", "work", "--limit", "3"), [6, 5, 4]),
        (("--model", "claude-opus-4-5"), [2]),
        (("--status", "429"), [3]),
        (("--status", "success", "--since", "3h"), [6, 2]),
        (("--since", "2026-11-22T17:31:00Z"), [6, 5, 4]),
    ],
)
def test_filters(cli: CommandLine, options: tuple[str, ...], numbers: list[int]) -> None:
    found = json.loads(cli.run("requests", "--json", *options).stdout)
    assert [int(each["id"][3:], 16) for each in found] == numbers
    assert all(each.keys() >= REQUEST_KEYS for each in found)


def test_the_limit_has_no_maximum(cli: CommandLine) -> None:
    add_requests(Home(cli.home), *(priced(request(n, 100_000 + n)) for n in range(100, 2300)))
    assert len(json.loads(cli.run("requests", "--json", "--limit", "2150").stdout)) == 2150
    assert len(json.loads(cli.run("requests", "--json", "--limit", "1000000").stdout)) == 2206


def test_no_request(cli: CommandLine, empty: CommandLine) -> None:
    assert cli.output("requests", "--account", "nobody") == "No request matches.\n"
    assert json.loads(empty.run("requests", "--json").stdout) == []


def test_values_that_are_not_allowed(cli: CommandLine) -> None:
    cli.error("requests", "--limit", "0", exit_code=2)
    assert "'soon' is not a time" in cli.error("requests", "--since", "soon")


def test_names_are_no_markup_and_models_may_be_missing(cli: CommandLine) -> None:
    odd = request(
        7, 1, account="[red]a[/red]", account_id=None, model=None, status=404, error_message="no [bold]such\nthing"
    )
    add_requests(Home(cli.home), priced(odd, 0.0))
    assert cli.output("requests", "--limit", "1").splitlines()[1:] == [
        "17:39:59 404     –          [red]a[… 12.3 k  1.2 M    950 840 ms  3.2 s    $0.00",
        "         cf_000000000000000000000007 no [bold]such thing",
    ]


def test_letters_that_take_two_columns(cli: CommandLine) -> None:
    wide = request(
        7,
        1,
        account="日本語のアカウント",
        account_id=None,
        model="日本語モデル",
        error_message="過負荷です",
        status=529,
    )
    add_requests(Home(cli.home), priced(wide, 0.0))
    header, line, _ = cli.output("requests", "--limit", "1").splitlines()
    assert line == "17:39:59 529     日本語モ … 日本語 … 12.3 k  1.2 M    950 840 ms  3.2 s    $0.00"
    wide_header, wide_line, _ = cli.output("requests", "--limit", "1", columns=160).splitlines()
    for title_line, its_line in ((header, line), (wide_header, wide_line)):
        assert cell_len(its_line) == cell_len(title_line)


def test_following_needs_a_server(cli: CommandLine) -> None:
    assert cli.error("requests", "--follow") == (
        "No server is running. Start one with `claudeflare serve`, or name one with --url.\n"
    )
