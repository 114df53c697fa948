"""What a request's body says about what it can cost. Looked at for keys with a budget only."""

from __future__ import annotations

from typing import Final

import msgspec

from claudeflare.providers.anthropic.lenient_json import UNREADABLE
from claudeflare.providers.price_list import SpendBounds, Spending

_PRICED: Final = frozenset({b"/v1/messages", b"/v1/complete", b"/v1/chat/completions"})
_FREE: Final = (b"/v1/messages/count_tokens", b"/v1/files", b"/v1/skills", b"/v1/models")
_BATCHES: Final = b"/v1/messages/batches/"
UNSTATED_OUTPUT: Final = 32_000
"""Output tokens to reckon with where a request does not bound them."""

_HOUR: Final = b'"1h"'


class _Body(msgspec.Struct):
    max_tokens: int | None = None
    max_tokens_to_sample: int | None = None
    max_completion_tokens: int | None = None
    speed: str | None = None
    inference_geo: str | None = None


_body: Final = msgspec.json.Decoder(_Body)


def spending(method: bytes, path: bytes) -> Spending:
    """Whether such a request costs anything, and whether its answer tells. What is not known costs."""
    if method != b"POST":
        return Spending.FREE
    if path in _PRICED:
        return Spending.TOLD
    if path in _FREE or path.startswith(tuple(one + b"/" for one in _FREE)):
        return Spending.FREE
    if path.startswith(_BATCHES) and path.endswith(b"/cancel"):
        return Spending.FREE
    return Spending.UNTOLD


def spend_bounds(body: bytes) -> SpendBounds | None:
    """None when the body cannot be read: then nothing is known."""
    try:
        said = _body.decode(body)
    except UNREADABLE:
        return None
    stated = said.max_tokens or said.max_completion_tokens or said.max_tokens_to_sample
    return SpendBounds(
        output_tokens=UNSTATED_OUTPUT if stated is None else max(0, stated),
        fast=said.speed == "fast",
        inference_geo=said.inference_geo,
        long_cache=_HOUR in body,
    )
