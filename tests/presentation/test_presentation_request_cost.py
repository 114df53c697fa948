"""What a request cost, in words and a table."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from claudeflare.presentation.decision import policy_words
from claudeflare.presentation.policies import DOES
from claudeflare.presentation.request_cost import cost_parts
from claudeflare.settings import STRATEGIES

DETAIL: dict[str, Any] = {"costUsd": 0.04, "usageEstimated": False, "attempts": []}
LINE = {"kind": "input", "count": 12_000, "unitPrice": 5.0, "costUsd": 0.06}
PART = {"model": "claude-opus-5", "fast": False, "batch": False, "inferenceGeo": None, "lines": [LINE]}
COST: dict[str, Any] = {"costUsd": 0.06, "listedVersion": "prices 1", "cacheSavedUsd": 0.2, "parts": [PART]}


def said(cost: dict[str, Any], detail: dict[str, Any]) -> str:
    console = Console(width=90)
    with console.capture() as printed:
        console.print(*cost_parts(cost, detail), sep="\n")
    return "\n".join(line.rstrip() for line in printed.get().splitlines())


def test_kind_by_kind() -> None:
    assert said(COST, DETAIL) == (
        "claude-opus-5\n"
        "Kind                Count      Price   Cost\n"
        "Input, not cached  12,000  $5.00 / M  $0.06\n"
        "\n"
        "Total               $0.06\n"
        "Saved by the cache  $0.20\n"
        "\n"
        "List prices of the request's day, by prices 1."
    )


def test_what_is_unusual_is_said() -> None:
    searches = {"kind": "web_searches", "count": 2, "unitPrice": 10.0, "costUsd": 0.02}
    new = {"kind": "holograms", "count": 1, "unitPrice": None, "costUsd": None}
    part = PART | {"fast": True, "batch": True, "inferenceGeo": "us", "lines": [searches, new]}
    attempts = [{"maybeBilled": True, "outcome": "reset"}]
    words = said(
        COST | {"costUsd": None, "cacheSavedUsd": -0.1, "parts": [part]},
        DETAIL | {"usageEstimated": True, "attempts": attempts},
    )
    for expected in (
        "claude-opus-5 (fast mode, batch, in the United States)",
        "$10.00 / 1000",
        "holograms",
        "unknown",
        "Writing the cache cost extra  $0.10",
        "The price of claude-opus-5 is not known.",
        "counted from what arrived",
        "may have been billed as well",
    ):
        assert expected in words.replace("\n", " ")


@pytest.mark.parametrize(("usd", "words"), [(0, "This cost nothing"), (None, "The cost is unknown")])
def test_no_parts(usd: float | None, words: str) -> None:
    assert said(COST | {"parts": []}, DETAIL | {"costUsd": usd}).startswith(words)


def test_every_policy_has_its_sentence() -> None:
    assert set(DOES) == set(STRATEGIES)
    assert policy_words("session") == f"session: {DOES['session']}"
    assert policy_words("newer") == "newer"
    assert policy_words(None) is None
