"""Compiled rates against genai-prices' own calculation, for every model it has."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import (
    ClauseEquals,
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    StartDateConstraint,
    Tier,
    TieredPrices,
    TimeOfDateConstraint,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.ingest.rates import CannotCompile, Rates, TieredRates, compile_history
from claudeflare.providers.usage import TokenCounts

MODELS = {
    model.id: model for provider in get_snapshot().providers if provider.id == "anthropic" for model in provider.models
}
HISTORIES = {model_id: compile_history(model) for model_id, model in MODELS.items()}

COUNTS = st.one_of(st.just(0), st.integers(0, 1000), st.integers(0, 2_000_000), st.sampled_from([100_000, 200_000]))
TOKENS = st.builds(
    TokenCounts, input=COUNTS, cache_write_5m=COUNTS, cache_write_1h=COUNTS, cache_read=COUNTS, output=COUNTS
)
MOMENTS = st.sampled_from(
    [
        datetime(2025, 1, 1, tzinfo=UTC),
        datetime(2026, 3, 12, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 3, 13, tzinfo=UTC),
        datetime(2026, 10, 13, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 10, 14, tzinfo=UTC),
        datetime(2026, 11, 22, 12, tzinfo=UTC),
    ]
)
BATCH_PRICES_KNOWN = datetime(2026, 10, 14, tzinfo=UTC)


def prompt(tokens: TokenCounts) -> int:
    counts = (tokens.input, tokens.cache_write_5m, tokens.cache_write_1h, tokens.cache_read)
    return sum(count or 0 for count in counts)


def library_cost(model_id: str, tokens: TokenCounts, at: datetime, context: dict[str, str] | None = None) -> Decimal:
    writes = (tokens.cache_write_5m or 0) + (tokens.cache_write_1h or 0)
    usage = Usage(
        input_tokens=prompt(tokens),
        cache_write_tokens=writes,
        cache_write_5m_tokens=tokens.cache_write_5m,
        cache_write_1h_tokens=tokens.cache_write_1h,
        cache_read_tokens=tokens.cache_read,
        output_tokens=tokens.output,
    )
    return calc_price(
        usage, model_id, provider_id="anthropic", genai_request_timestamp=at, price_context=context
    ).total_price


def cost(rates: TieredRates, tokens: TokenCounts) -> Decimal:
    return rates.at(prompt(tokens)).token_cost(tokens)


def test_the_library_still_has_the_models_in_use() -> None:
    assert {"claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-fable-5-2"} <= set(MODELS)


@pytest.mark.parametrize("model_id", MODELS)
@settings(deadline=None)
@given(tokens=TOKENS, at=MOMENTS)
def test_standard_prices_agree_with_the_library(model_id: str, tokens: TokenCounts, at: datetime) -> None:
    row = HISTORIES[model_id].at(at.timestamp())
    assert cost(row.standard, tokens) == library_cost(model_id, tokens, at)


@pytest.mark.parametrize("model_id", [model_id for model_id, model in MODELS.items() if model.price_variants])
@settings(deadline=None)
@given(tokens=TOKENS, at=MOMENTS)
def test_batch_prices_agree_with_the_library_or_are_half(model_id: str, tokens: TokenCounts, at: datetime) -> None:
    row = HISTORIES[model_id].at(at.timestamp())
    assert cost(row.batch, tokens) * 2 == cost(row.standard, tokens)
    if at >= BATCH_PRICES_KNOWN:
        assert cost(row.batch, tokens) == library_cost(model_id, tokens, at, {"processing": "batch"})


@pytest.mark.parametrize("model_id", MODELS)
@settings(deadline=None)
@given(tokens=TOKENS, at=MOMENTS)
def test_fast_prices_agree_with_the_library_or_are_unknown(model_id: str, tokens: TokenCounts, at: datetime) -> None:
    fast = HISTORIES[model_id].at(at.timestamp()).fast
    known = any(variant.when == {"speed": "fast"} for variant in MODELS[model_id].price_variants or ())
    assert (fast is not None) == known
    if fast is not None:
        assert cost(fast, tokens) == library_cost(model_id, tokens, at, {"speed": "fast"})


@pytest.mark.parametrize("model_id", MODELS)
def test_web_search_prices_are_the_librarys(model_id: str) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    expected = MODELS[model_id].get_prices(at).web_searches_kcount
    row = HISTORIES[model_id].at(at.timestamp())
    assert row.standard.base.web_searches == row.batch.base.web_searches == expected


@pytest.mark.parametrize(("prompt_tokens", "usd_per_million"), [(100_000, "0.1"), (100_001, "0.5")])
def test_the_whole_prompt_pays_the_higher_rate_only_beyond_the_threshold(
    prompt_tokens: int, usd_per_million: str
) -> None:
    row = HISTORIES["claude-haiku-5-5"].at(datetime(2026, 11, 22, tzinfo=UTC).timestamp())
    assert row.standard.at(prompt_tokens).input == Decimal(usd_per_million)


def model(prices: ModelPrice | list[ConditionalPrice]) -> ModelInfo:
    return ModelInfo(id="m", match=ClauseEquals(equals="m"), prices=prices)


def test_a_price_changes_at_midnight_utc_of_its_date() -> None:
    history = compile_history(
        model(
            [
                ConditionalPrice(prices=ModelPrice(input_mtok=Decimal(1), output_mtok=Decimal(1))),
                ConditionalPrice(
                    constraint=StartDateConstraint(start_date=date(2026, 3, 13)),
                    prices=ModelPrice(input_mtok=Decimal(2), output_mtok=Decimal(2)),
                ),
            ]
        )
    )
    midnight = datetime(2026, 3, 13, tzinfo=UTC).timestamp()
    assert history.at(0.0).standard.base.input == history.at(midnight - 0.001).standard.base.input == 1
    assert history.at(midnight).standard.base.input == 2


def test_tiers_of_one_kind_leave_the_others_flat() -> None:
    prices = ModelPrice(
        input_mtok=TieredPrices(
            base=Decimal(1), tiers=[Tier(start=10, price=Decimal(2)), Tier(start=20, price=Decimal(3))]
        ),
        output_mtok=Decimal(5),
    )
    rates = compile_history(model(prices)).at(0.0).standard
    assert [rates.at(count).input for count in (0, 10, 11, 20, 21)] == [1, 1, 2, 2, 3]
    assert {rates.at(count).output for count in (0, 15, 25)} == {5}
    assert rates.at(25).cache_read == rates.at(25).cache_write_1h == 3  # no price of their own: the parent kind's


def test_prices_by_time_of_day_are_not_guessed() -> None:
    by_night = TimeOfDateConstraint(start_time=time(0), end_time=time(6))
    prices = ModelPrice(input_mtok=Decimal(1), output_mtok=Decimal(1))
    with pytest.raises(CannotCompile, match="time of day"):
        compile_history(model([ConditionalPrice(constraint=by_night, prices=prices)]))


def test_a_model_without_an_output_price_is_not_guessed() -> None:
    with pytest.raises(CannotCompile, match="output_mtok"):
        compile_history(model(ModelPrice(input_mtok=Decimal(1))))


def test_counters_an_answer_left_out_cost_nothing() -> None:
    rates = Rates(*(Decimal(1_000_000),) * 5)
    assert rates.token_cost(TokenCounts(output=2)) == 2
    assert rates.token_cost(TokenCounts()) == 0
