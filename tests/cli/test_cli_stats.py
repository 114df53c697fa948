from __future__ import annotations

import json

from harness.command_line import CommandLine


def test_since_the_last_reset(cli: CommandLine) -> None:
    assert cli.output("stats") == (
        "Since statistics were last reset\n"
        "Requests      6\n"
        "Successful    50.0 %\n"
        "Average time  23 s\n"
        "p50 p95 p99   3.3 s · 2 min 4 s · 2 min 4 s\n"
        "First token   870 ms · 870 ms · 870 ms\n"
        "Tokens        6.1 M (6,076,475)\n"
        "Speed         35.3 tokens/s\n"
        "Cost          $3.46, without 1 request of unknown price\n"
        "Accounts      1 available\n"
        "\n"
        "Model                       Requests\n"
        "claude-sonnet-4-5-20250929         4\n"
        "claude-haiku-4-5                   1\n"
        "claude-opus-4-5                    1\n"
    )


def test_a_range(cli: CommandLine) -> None:
    assert cli.output("stats", "--range", "5m").splitlines()[:2] == ["Last 5m", "Requests      3"]


def test_nothing_yet(empty: CommandLine) -> None:
    assert empty.output("stats") == (
        "Since statistics were last reset\n"
        "Requests      0\n"
        "Successful    –\n"
        "Average time  –\n"
        "p50 p95 p99   –\n"
        "First token   –\n"
        "Tokens        0\n"
        "Speed         –\n"
        "Cost          –\n"
        "Accounts      0 available\n"
    )


def test_json_is_what_the_api_answers(cli: CommandLine) -> None:
    keys = (
        "totalRequests successRate activeAccounts avgResponseTime totalTokens totalCostUsd avgTokensPerSecond topModels"
    )
    assert json.loads(cli.run("stats", "--json").stdout).keys() >= set(keys.split())


def test_a_range_that_is_none(cli: CommandLine) -> None:
    assert "'soon' is not a span of time" in cli.error("stats", "--range", "soon")
