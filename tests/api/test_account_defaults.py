"""Settings fill in what accounts do not say."""

from __future__ import annotations

import pytest

from claudeflare.api.account_defaults import effective
from claudeflare.balancing.account import Account
from claudeflare.settings import Settings


@pytest.mark.parametrize(
    ("own", "setting", "used"),
    [(None, 1.0, None), (None, 0.8, 0.8), (0.5, 0.8, 0.5), (1.0, 0.8, None), (0.5, 1.0, 0.5)],
)
def test_reserve(own: float | None, setting: float, used: float | None) -> None:
    account = Account(id="a", name="a", reserve=own)
    assert effective(account, Settings(account_reserve=setting)).reserve == used


@pytest.mark.parametrize(
    ("own", "setting", "used"),
    [(None, True, None), (None, False, False), (True, False, None), (False, True, False)],
)
def test_extra_usage(own: bool | None, setting: bool, used: bool | None) -> None:
    account = Account(id="a", name="a", allow_extra_usage=own)
    assert effective(account, Settings(allow_extra_usage=setting)).allow_extra_usage is used
