from __future__ import annotations

import pytest

from claudeflare.providers.price_list import ModelPrice, SpendBounds, Tier, cost, most
from claudeflare.providers.usage import BilledPart, TokenCounts

PLAIN = Tier(-1, 4.0, 5.0, 8.0, 0.2, 20.0, 10.0)
LONG = Tier(200_000, 8.0, 10.0, 16.0, 0.4, 40.0, None)
PRICE = ModelPrice(model="m", standard=[PLAIN, LONG], batch=[PLAIN], fast=None, regional=True)


def part(**conditions: object) -> BilledPart:
    tokens = TokenCounts(input=1_000_000, output=0)
    return BilledPart(**{"model": "m", "tokens": tokens} | conditions)  # type: ignore[arg-type]


def test_beyond_a_threshold_all_of_it_costs_more() -> None:
    small = TokenCounts(input=100_000, output=100_000, cache_read=100_000)
    assert cost([(PRICE, part(tokens=small))]) == pytest.approx(0.4 + 2.0 + 0.02)
    assert cost([(PRICE, part())]) == pytest.approx(8.0)


def test_what_nobody_knows_is_unknown() -> None:
    assert cost([(None, part())]) is None
    assert cost([(PRICE, part()), (PRICE, part(fast=True))]) is None
    assert cost([(PRICE, part(inference_geo="mars"))]) is None
    assert cost([(PRICE, part(tokens=TokenCounts(input=1)))]) is None
    assert cost([(PRICE, part(tokens=TokenCounts(input=300_000, output=1, web_searches=1)))]) is None
    assert cost([]) == 0.0


def test_conditions() -> None:
    assert cost([(PRICE, part(inference_geo="us"))]) == pytest.approx(8.8)
    assert cost([(PRICE, part(batch=True))]) == pytest.approx(4.0)
    searched = TokenCounts(input=0, output=0, web_searches=3)
    assert cost([(PRICE, part(tokens=searched))]) == pytest.approx(0.03)


def test_the_most_a_request_can_cost() -> None:
    assert most(PRICE, 1000, SpendBounds(output_tokens=100)) == pytest.approx((5 * 1000 + 20 * 100) / 1e6)
    assert most(PRICE, 1000, SpendBounds(output_tokens=0, long_cache=True)) == pytest.approx(8e-3)
    assert most(PRICE, 1000, SpendBounds(output_tokens=0, inference_geo="us")) == pytest.approx(5.5e-3)
    assert most(PRICE, 300_000, SpendBounds(output_tokens=0)) == pytest.approx(3.0)
    assert most(PRICE, 1, SpendBounds(output_tokens=0, fast=True)) is None
    assert most(PRICE, 1, SpendBounds(output_tokens=0, inference_geo="mars")) is None
