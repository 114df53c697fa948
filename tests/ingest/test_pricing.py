"""Costs of requests: exact where the price is known, None where it is not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from claudeflare.ingest.pricing import MODELS_KEPT, PriceTable, regional_factor
from claudeflare.ingest.rates import PriceHistory, PriceRow, Rates, TieredRates
from claudeflare.providers.usage import BilledPart, TokenCounts

AT = 1_795_305_600.0
"""2026-11-22."""
MILLION = 1_000_000


def part(model: str = "claude-opus-5-5", *, counts: dict[str, int] | None = None, **conditions: Any) -> BilledPart:
    tokens = TokenCounts(**({"input": 0, "output": 0} | (counts or {})))
    return BilledPart(model=model, tokens=tokens, **conditions)


def cost(*parts: BilledPart) -> float | None:
    return PriceTable().cost(parts, AT)


@pytest.mark.parametrize(
    ("kind", "usd"),
    [("input", 4.0), ("cache_write_5m", 5.0), ("cache_write_1h", 8.0), ("cache_read", 0.2), ("output", 20.0)],
)
def test_each_kind_has_its_own_price(kind: str, usd: float) -> None:
    assert cost(part(counts={kind: MILLION})) == usd


@pytest.mark.parametrize(
    ("model", "usd"),
    [
        ("claude-opus-5-5", 4.0),
        ("claude-fable-5-2", 8.0),
        ("claude-mythos-5-2", 8.0),
        ("claude-sonnet-5-5", 2.0),
        ("claude-haiku-5-5", 0.5),  # a prompt of a million tokens is in the higher tier
        ("claude-haiku-4-5-20251001", 1.0),
        ("Claude-Opus-5-5", 4.0),
        ("claude-mythos-5", 10.0),
        ("claude-mythos-5-1", 10.0),
        ("claude-mythos-5-1-20260801", 10.0),
        ("claude-mythos-preview", 10.0),
    ],
)
def test_prices_of_models_in_use(model: str, usd: float) -> None:
    assert cost(part(model, counts={"input": MILLION})) == usd


@pytest.mark.parametrize(
    ("model", "usd"), [("claude-mythos-5", 1.0), ("claude-mythos-5-1", 0.25), ("claude-mythos-preview", 1.0)]
)
def test_cache_reads_of_limited_models(model: str, usd: float) -> None:
    assert cost(part(model, counts={"cache_read": MILLION})) == usd


@pytest.mark.parametrize("model", ["", "gpt-5", "claude-unheard-of-9", "claude-opus-6", "x" * 10_000])
def test_an_unknown_model_has_no_cost(model: str) -> None:
    assert cost(part(model, counts={"input": 1})) is None


def test_one_unknown_part_makes_the_whole_unknown() -> None:
    assert cost(part(counts={"input": 1}), part("claude-unheard-of-9")) is None


def test_parts_are_added_and_none_cost_nothing() -> None:
    assert cost(part(counts={"input": MILLION}), part("claude-sonnet-5-5", counts={"output": MILLION})) == 14.0
    assert cost() == 0.0


def test_a_sum_of_small_costs_is_exact() -> None:
    assert cost(*[part(counts={"input": 1})] * 1000) == 0.004


@pytest.mark.parametrize("missing", ["input", "output"])
def test_an_answer_that_does_not_say_both_counts_has_no_cost(missing: str) -> None:
    counts = {"input": 1, "output": 1}
    del counts[missing]
    assert cost(BilledPart(model="claude-opus-5-5", tokens=TokenCounts(**counts))) is None


def test_fast_mode_has_its_own_prices_where_they_are_published() -> None:
    assert cost(part(counts={"input": MILLION, "cache_read": MILLION}, fast=True)) == 8.4
    assert cost(part("claude-sonnet-5-5", counts={"input": MILLION}, fast=True)) is None


def test_batches_cost_half_but_their_searches_do_not() -> None:
    assert cost(part(counts={"input": MILLION, "web_searches": 1000}, batch=True)) == 2.0 + 10.0
    assert cost(part("claude-mythos-5", counts={"output": MILLION}, batch=True)) == 25.0


def test_fast_batches_do_not_exist() -> None:
    assert cost(part(counts={"input": 1}, fast=True, batch=True)) is None


def test_searches_cost_a_cent_each_where_the_model_has_them() -> None:
    assert cost(part(counts={"web_searches": 3})) == 0.03
    assert cost(part("claude-3-haiku-20240307", counts={"web_searches": 3})) is None
    assert cost(part("claude-3-haiku-20240307", counts={"web_searches": 0})) == 0.0


def test_us_inference_costs_a_tenth_more_on_tokens_alone() -> None:
    assert cost(part(counts={"input": MILLION, "web_searches": 100}, inference_geo="us")) == 4.4 + 1.0
    assert cost(part(counts={"input": MILLION}, inference_geo="us", batch=True)) == 2.2
    assert cost(part(counts={"input": MILLION}, inference_geo="us", fast=True)) == 8.8
    assert cost(part(counts={"input": MILLION}, inference_geo="elsewhere")) is None


@pytest.mark.parametrize(
    ("model", "geo", "factor"),
    [
        ("claude-opus-4-6", "us", "1.1"),
        ("claude-opus-4.6", "us", "1.1"),
        ("claude-sonnet-5", "us", "1.1"),
        ("claude-haiku-5-5-20261007", "us", "1.1"),
        ("claude-opus-5@20260724", "us", "1.1"),
        ("claude-opus-4-5-20251101", "us", "1"),
        ("claude-opus-4-20250514", "us", "1"),
        ("claude-3-5-haiku-latest", "us", "1"),
        ("claude-mythos-preview", "us", None),
        ("claude-opus-5-5", None, "1"),
        ("claude-opus-5-5", "global", "1"),
        ("claude-haiku-4-5", "not_available", "1"),
        ("claude-opus-5-5", "eu", None),
    ],
)
def test_the_factor_of_a_place(model: str, geo: str | None, factor: str | None) -> None:
    assert regional_factor(model, geo) == (None if factor is None else Decimal(factor))


def test_overrides_replace_bundled_prices_and_show_in_the_version() -> None:
    rates = TieredRates(Rates(*(Decimal(7),) * 5))
    table = PriceTable({"claude-opus-5-5": PriceHistory((0.0,), (PriceRow(rates, rates.batched()),))})
    assert table.cost([part(counts={"input": MILLION})], AT) == 7.0
    assert table.cost([part(counts={"input": MILLION}, batch=True)], AT) == 3.5
    assert table.cost([part("claude-mythos-5")], AT) is None
    assert table.version.endswith(" + 1 overrides")
    assert PriceTable({}).version.startswith("genai-prices ")
    assert "overrides" not in PriceTable({}).version


def test_model_ids_from_a_broken_upstream_do_not_pile_up() -> None:
    table = PriceTable()
    for number in range(MODELS_KEPT + 10):
        assert table.cost([part(f"nonsense-{number}")], AT) is None
    assert repr(table) == f"<PriceTable {table.version}, 10 models>"
    assert table.cost([part(counts={"input": MILLION})], AT) == 4.0
