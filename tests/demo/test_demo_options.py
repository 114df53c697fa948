from __future__ import annotations

from typing import Any

import pytest

from claudeflare.demo.options import DemoOptions, check_options
from claudeflare.errors import InvalidInput


def test_the_defaults_are_allowed() -> None:
    check_options(DemoOptions())


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"length": 0.0}, "--length"),
        ({"length": float("nan")}, "--length"),
        ({"length": 3601.0}, "--length"),
        ({"speed": 0.1}, "--speed"),
        ({"speed": float("inf")}, "--speed"),
        ({"accounts": 1}, "--accounts"),
        ({"accounts": 13}, "--accounts"),
        ({"port": 65_536}, "--port"),
        ({"port": -1}, "--port"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(given: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput, match=named):
        check_options(DemoOptions(**given))
