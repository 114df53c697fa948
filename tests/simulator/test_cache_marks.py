"""Marks for the cache: how many, of which kind, in which order."""

from __future__ import annotations

from typing import Any

import pytest

from claudeflare.simulator.cache_marks import check_cache_marks
from claudeflare.simulator.errors import ApiError

FIVE: Any = {"type": "ephemeral"}
HOUR: Any = {"type": "ephemeral", "ttl": "1h"}


def body(*marks: Any, tool: Any = None, system: Any = None) -> dict[str, Any]:
    content = [{"type": "text", "text": "Hi", "cache_control": mark} for mark in marks]
    return {
        "tools": [{"name": "t", "input_schema": {}, "cache_control": tool}],
        "system": [{"type": "text", "text": "Be brief", "cache_control": system}],
        "messages": [{"role": "user", "content": content or "Hi"}],
    }


@pytest.mark.parametrize("good", [body(), body(FIVE, FIVE, tool=HOUR, system=HOUR), {"system": "Be brief", **body()}])
def test_what_the_api_takes(good: dict[str, Any]) -> None:
    check_cache_marks(good)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (body(FIVE, FIVE, FIVE, tool=FIVE, system=FIVE), "A maximum of 4 blocks with cache_control may be provided. "),
        (body(HOUR, system=FIVE), "messages.0.content.0.cache_control.ephemeral.ttl: a ttl='1h' cache_control block"),
        (body({"type": "lasting"}), "messages.0.content.0.cache_control: Input should"),
        (body(tool=True), "tools.0.cache_control: Input should"),
        (body(system={"type": "ephemeral", "ttl": "2h"}), "system.0.cache_control.ephemeral.ttl: Input should"),
    ],
)
def test_what_it_refuses(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(ApiError) as caught:
        check_cache_marks(bad)
    assert caught.value.message.startswith(message)
