"""What gateways book agrees with what records are priced with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.ingest.model_prices import model_price
from claudeflare.ingest.pricing import PriceTable
from claudeflare.providers.price_list import cost
from claudeflare.providers.usage import BilledPart, TokenCounts

NOW = 1_795_000_000.0
TABLE = PriceTable()
MODELS = ["claude-opus-5-5", "claude-sonnet-4-5-20250929", "claude-haiku-4-5", "claude-mythos-5", "claude-3-haiku"]
COUNTS = st.none() | st.integers(0, 1_000_000)


@given(
    st.sampled_from(MODELS),
    st.builds(
        TokenCounts, input=COUNTS, cache_write_5m=COUNTS, cache_write_1h=COUNTS, cache_read=COUNTS, output=COUNTS,
        web_searches=st.none() | st.integers(0, 9),
    ),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "us", "global", "mars"]),
)  # fmt: skip
def test_gateways_price_as_control_does(
    model: str, tokens: TokenCounts, fast: bool, batch: bool, geo: str | None
) -> None:
    part = BilledPart(model=model, tokens=tokens, fast=fast, batch=batch, inference_geo=geo)
    exact = TABLE.cost([part], NOW)
    ours = cost([(model_price(TABLE, model, NOW), part)])
    assert ours == (None if exact is None else pytest.approx(exact, rel=1e-9, abs=1e-12))


def test_a_model_nobody_has_heard_of() -> None:
    assert model_price(TABLE, "claude-unheard-of-9", NOW) is None
