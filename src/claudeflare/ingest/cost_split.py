"""What each kind of token of a request cost: the sum that `PriceTable.cost` makes, line by line."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from claudeflare.ingest.pricing import PriceTable
from claudeflare.ingest.rates import MILLION, PRICED_KINDS, THOUSAND
from claudeflare.providers.usage import BilledPart

SEARCHES: Final = "web_searches"


class CostLine(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of token of one part. Prices are None where nobody knows them."""

    kind: str
    """One of `PRICED_KINDS`, or `web_searches`."""
    count: int
    unit_price: float | None
    """USD per million tokens, or per thousand searches."""
    cost_usd: float | None


def split(part: BilledPart, table: PriceTable, at: float) -> list[CostLine]:
    """The kinds that were used, in the order of `PRICED_KINDS`; `at` is UTC epoch seconds."""
    found = table.rates(part, at)
    lines = []
    for kind in (*PRICED_KINDS, SEARCHES):
        count = getattr(part.tokens, kind)
        if not count:
            continue
        scale = THOUSAND if kind == SEARCHES else MILLION
        price: Decimal | None = None if found is None else getattr(found[0], kind)
        if price is not None and found is not None and kind != SEARCHES:
            price *= found[1]
        lines.append(
            CostLine(
                kind=kind,
                count=count,
                unit_price=None if price is None else float(price),
                cost_usd=None if price is None else float(price * count / scale),
            )
        )
    return lines
