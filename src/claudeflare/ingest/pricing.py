"""What a request cost, from genai-prices' bundled data and a few prices of our own. Never a guess: None is unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import genai_prices
from genai_prices.data_snapshot import get_snapshot

from claudeflare.ingest.rates import (
    THOUSAND,
    CannotCompile,
    PriceHistory,
    PriceRow,
    Rates,
    TieredRates,
    compile_history,
)
from claudeflare.providers.usage import BilledPart, TokenCounts

PROVIDER: Final = "anthropic"
MODELS_KEPT: Final = 1024
LONGEST_MODEL_ID: Final = 256
"""Model ids come from answers: a broken upstream must not grow the table without end."""

UNITED_STATES_FACTOR: Final = Decimal("1.1")
"""`inference_geo: "us"`, on every kind of token, from version 4.6 on (platform.claude.com: Pricing, data residency)."""
FIRST_REGIONAL_VERSION: Final = (4, 6)
ONE: Final = Decimal(1)
ANYWHERE: Final = frozenset({None, "", "global", "not_available"})
"""Values of `inference_geo` without a surcharge; the last is what models before 4.6 answer."""

_VERSION: Final = re.compile(r"claude-(?:[a-z]+-)?(\d+)(?:[-.](\d{1,2}))?(?=$|[-@.])")
_DATE_SUFFIX: Final = re.compile(r"-\d{8}$")


def _flat(rates: Rates) -> PriceHistory:
    standard = TieredRates(rates)
    return PriceHistory((0.0,), (PriceRow(standard, standard.batched()),))


def _mythos(cache_read: str) -> PriceHistory:
    return _flat(
        Rates(
            input=Decimal(10),
            cache_write_5m=Decimal("12.5"),
            cache_write_1h=Decimal(20),
            cache_read=Decimal(cache_read),
            output=Decimal(50),
            web_searches=Decimal(10),
        )
    )


def limited_availability() -> dict[str, PriceHistory]:
    """Models genai-prices leaves out because few may use them.

    Source: LiteLLM 1.109.1's model_prices_and_context_window.json and platform.claude.com's pricing page, where they
    cost what the Fable model of the same version does.
    """
    return {
        "claude-mythos-5": _mythos(cache_read="1"),
        "claude-mythos-5-1": _mythos(cache_read="0.25"),
        "claude-mythos-preview": _mythos(cache_read="1"),
    }


class PriceTable:
    """Prices by model id, compiled when a model is first seen. For one thread."""

    def __init__(self, overrides: Mapping[str, PriceHistory] | None = None) -> None:
        """`overrides` replace the bundled prices of the models they name; None means `limited_availability()`."""
        self._overrides = dict(limited_availability() if overrides is None else overrides)
        self._histories: dict[str, PriceHistory | None] = {}
        self.version = f"genai-prices {genai_prices.__version__}"
        """Which data the costs come from; kept with every record."""
        if self._overrides:
            self.version += f" + {len(self._overrides)} overrides"

    def cost(self, parts: Sequence[BilledPart], at: float) -> float | None:
        """USD for all parts at a moment in UTC epoch seconds; None when any part's price is unknown. No parts: 0."""
        total = Decimal(0)
        for part in parts:
            cost = self._part_cost(part, at)
            if cost is None:
                return None
            total += cost
        return float(total)

    def row(self, model: str, at: float) -> PriceRow | None:
        """What a model costs at a moment; None when nobody knows."""
        history = self._history(model)
        return None if history is None else history.at(at)

    def _part_cost(self, part: BilledPart, at: float) -> Decimal | None:
        tokens = part.tokens
        found = self.rates(part, at)
        if found is None or tokens.input is None or tokens.output is None:
            return None
        rates, factor = found
        cost = rates.token_cost(tokens) * factor
        if tokens.web_searches:
            if rates.web_searches is None:
                return None
            cost += rates.web_searches * tokens.web_searches / THOUSAND
        return cost

    def rates(self, part: BilledPart, at: float) -> tuple[Rates, Decimal] | None:
        """What a part's tokens cost, and what that is multiplied by; None when a price is unknown."""
        history = self._history(part.model)
        factor = regional_factor(part.model, part.inference_geo)
        tiered = None if history is None else _variant(history.at(at), part)
        return None if tiered is None or factor is None else (tiered.at(_prompt_tokens(part.tokens)), factor)

    def _history(self, model: str) -> PriceHistory | None:
        if len(model) > LONGEST_MODEL_ID:
            return None
        if model in self._histories:
            return self._histories[model]
        if len(self._histories) >= MODELS_KEPT:
            self._histories.clear()
        history = self._histories[model] = self._find(model.lower())
        return history

    def _find(self, model: str) -> PriceHistory | None:
        override = self._overrides.get(model) or self._overrides.get(_DATE_SUFFIX.sub("", model))
        if override:
            return override
        try:
            _, found = get_snapshot().find_provider_model(model, None, PROVIDER, None)
            return compile_history(found)
        except (LookupError, CannotCompile):
            return None

    def __repr__(self) -> str:
        return f"<PriceTable {self.version}, {len(self._histories)} models>"


def regional_factor(model: str, inference_geo: str | None) -> Decimal | None:
    """What the place of inference multiplies token prices by; None when that is unknown."""
    if inference_geo in ANYWHERE:
        return ONE
    version = _VERSION.match(model.lower())
    if inference_geo != "us" or version is None:
        return None
    regional = (int(version[1]), int(version[2] or 0)) >= FIRST_REGIONAL_VERSION
    return UNITED_STATES_FACTOR if regional else Decimal(1)


def _variant(row: PriceRow, part: BilledPart) -> TieredRates | None:
    if part.fast and part.batch:
        return None  # not offered, so there is no price for it
    if part.fast:
        return row.fast
    return row.batch if part.batch else row.standard


def _prompt_tokens(tokens: TokenCounts) -> int:
    """What thresholds are compared with: the whole prompt, cached or not."""
    written = (tokens.cache_write_5m or 0) + (tokens.cache_write_1h or 0)
    return (tokens.input or 0) + written + (tokens.cache_read or 0)
