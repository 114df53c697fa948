from __future__ import annotations

import pytest

from claudeflare.ingest.cache_savings import cache_saved_usd
from claudeflare.ingest.pricing import PriceTable
from claudeflare.providers.usage import BilledPart, TokenCounts

OPUS = "claude-opus-4-6"


def saved(model: str = OPUS, inference_geo: str | None = None, **tokens: int) -> float | None:
    part = BilledPart(model=model, tokens=TokenCounts(input=1, output=1, **tokens), inference_geo=inference_geo)
    return cache_saved_usd([part], PriceTable(), 1_795_000_000.0)


def test_reads_save_and_writes_cost_extra() -> None:
    # $5 a million for input; $0.5 to read, $6.25 and $10 to write (platform.claude.com: Pricing).
    assert saved(cache_read=1_000_000) == pytest.approx(4.5)
    assert saved(cache_write_5m=1_000_000) == pytest.approx(-1.25)
    assert saved(cache_write_1h=1_000_000) == pytest.approx(-5.0)
    assert saved(cache_read=100_000, cache_write_5m=100_000) == pytest.approx(0.325)


def test_the_place_of_inference_counts() -> None:
    assert saved(inference_geo="us", cache_read=1_000_000) == pytest.approx(4.95)


def test_nothing_is_known_without_use_or_price() -> None:
    assert saved() is None
    assert saved("claude-unheard-of-9", cache_read=5) is None
    assert cache_saved_usd([], PriceTable(), 0.0) is None


def test_parts_add_up() -> None:
    part = BilledPart(model=OPUS, tokens=TokenCounts(input=1, output=1, cache_read=1_000_000))
    plain = BilledPart(model="claude-unheard-of-9", tokens=TokenCounts(input=1, output=1))
    assert cache_saved_usd([part, plain, part], PriceTable(), 1_795_000_000.0) == pytest.approx(9.0)
