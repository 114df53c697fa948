from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.providers.anthropic.spend_bounds import UNSTATED_OUTPUT, spend_bounds, spending
from claudeflare.providers.price_list import SpendBounds, Spending


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        (b"POST", b"/v1/messages", Spending.TOLD),
        (b"POST", b"/v1/complete", Spending.TOLD),
        (b"POST", b"/v1/messages/count_tokens", Spending.FREE),
        (b"POST", b"/v1/messages/batches", Spending.UNTOLD),
        (b"POST", b"/v1/messages/batches/b_1/cancel", Spending.FREE),
        (b"GET", b"/v1/messages/batches", Spending.FREE),
        (b"POST", b"/v1/files", Spending.FREE),
        (b"POST", b"/v1/skills/s_1/versions", Spending.FREE),
        (b"DELETE", b"/v1/files/f_1", Spending.FREE),
        (b"POST", b"/v1/filesystem", Spending.UNTOLD),
        (b"POST", b"/v1/messages/", Spending.UNTOLD),
        (b"POST", b"/v1/%6dessages", Spending.UNTOLD),
    ],
)
def test_what_costs(method: bytes, path: bytes, expected: Spending) -> None:
    assert spending(method, path) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"max_tokens":10}', SpendBounds(output_tokens=10)),
        (b'{"max_tokens_to_sample":11}', SpendBounds(output_tokens=11)),
        (b'{"max_completion_tokens":12}', SpendBounds(output_tokens=12)),
        (b"{}", SpendBounds(output_tokens=UNSTATED_OUTPUT)),
        (b'{"max_tokens":-5}', SpendBounds(output_tokens=0)),
        (
            b'{"max_tokens":1,"speed":"fast","inference_geo":"us","system":[{"cache_control":{"ttl":"1h"}}]}',
            SpendBounds(output_tokens=1, fast=True, inference_geo="us", long_cache=True),
        ),
        (b'{"max_tokens":"many"}', None),
        (b"no JSON", None),
    ],
)
def test_bounds(body: bytes, expected: SpendBounds | None) -> None:
    assert spend_bounds(body) == expected


@given(st.binary())
def test_nothing_raises(body: bytes) -> None:
    spend_bounds(body)
