from __future__ import annotations

import pytest
from msgspec.structs import replace

from claudeflare.errors import InvalidInput
from claudeflare.quotas.client_key import Budget, ClientKey
from claudeflare.storage.client_key_rules import checked

KEY = ClientKey(id="1", name=" ci ", digest=b"")


def test_a_plain_key_is_fine() -> None:
    assert checked(KEY).name == "ci"


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"requests_per_minute": 0},
        {"tokens_per_minute": -1},
        {"concurrency": 0},
        {"concurrency": 10**10},
        {"budgets": (Budget("day", 0.0),)},
        {"budgets": (Budget("day", float("nan")),)},
        {"budgets": (Budget("day", 1.0), Budget("day", 2.0))},
        {"budgets": (Budget("year", 1.0),)},  # type: ignore[arg-type]
        {"zone": "Europe/Atlantis"},
        {"models": ("",)},
        {"models": ("x",) * 101},
        {"expires_at": float("inf")},
    ],
)
def test_what_no_key_can_have(bad: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        checked(replace(KEY, **bad))
