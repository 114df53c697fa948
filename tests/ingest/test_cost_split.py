from __future__ import annotations

import pytest

from claudeflare.ingest.cost_split import split
from claudeflare.ingest.pricing import PriceTable
from claudeflare.providers.usage import BilledPart, TokenCounts

AT = 1_795_000_000.0
TOKENS = TokenCounts(input=10, cache_write_5m=2000, cache_write_1h=0, cache_read=90_000, output=500, web_searches=3)


@pytest.mark.parametrize(
    "part",
    [
        BilledPart(model="claude-opus-4-6", tokens=TOKENS),
        BilledPart(model="claude-opus-4-6", tokens=TOKENS, inference_geo="us"),
        BilledPart(model="claude-haiku-4-5", tokens=TOKENS, batch=True),
        BilledPart(model="claude-sonnet-4-5", tokens=TokenCounts(input=250_000, output=1)),
    ],
)
def test_the_lines_add_up_to_the_cost(part: BilledPart) -> None:
    lines = split(part, PriceTable(), AT)
    assert sum(line.cost_usd or 0 for line in lines) == pytest.approx(PriceTable().cost([part], AT))
    assert all(line.count for line in lines)


def test_each_line_has_its_price() -> None:
    lines = split(BilledPart(model="claude-opus-4-6", tokens=TOKENS), PriceTable(), AT)
    # Per million tokens, and per thousand searches (platform.claude.com: Pricing).
    assert [(line.kind, line.unit_price) for line in lines] == [
        ("input", 5.0),
        ("cache_write_5m", 6.25),
        ("cache_read", 0.5),
        ("output", 25.0),
        ("web_searches", 10.0),
    ]


def test_what_nobody_knows_stays_unknown() -> None:
    lines = split(BilledPart(model="claude-unheard-of-9", tokens=TOKENS), PriceTable(), AT)
    assert {(line.unit_price, line.cost_usd) for line in lines} == {(None, None)}
    assert [line.count for line in lines] == [10, 2000, 90_000, 500, 3]
