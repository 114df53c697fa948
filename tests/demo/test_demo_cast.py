from __future__ import annotations

import pytest

from claudeflare.demo.cast import MODEL_CLASSES, make_cast
from claudeflare.simulator.accounts import Accounts


@pytest.mark.parametrize("count", range(2, 13))
def test_any_number_of_accounts_has_one_organization_with_room_and_two_that_get_into_trouble(count: int) -> None:
    cast = make_cast(count)
    names = [account.name for account in Accounts(cast.accounts)]
    assert len(names) == count
    assert names[0] == "company"
    assert {cast.overloaded, cast.used_up} <= set(names) - {"company"}
    for model_class in MODEL_CLASSES:
        others = (account.limits_of(model_class).input_tokens for account in cast.accounts[1:])
        assert cast.accounts[0].limits_of(model_class).input_tokens > max(others)


def test_four_accounts_are_in_three_organizations() -> None:
    accounts = make_cast(4).accounts
    assert [(account.name, account.organization) for account in accounts] == [
        ("company", "company"),
        ("trial", "trial"),
        ("studio-a", "studio"),
        ("studio-b", "studio"),
    ]
    assert accounts[2].organization_id == accounts[3].organization_id
    assert len({account.organization_id for account in accounts}) == 3


def test_keys_are_of_the_api_s_form_and_stay_out_of_repr() -> None:
    for account in make_cast(12).accounts:
        assert account.key.startswith("sk-ant-api")
        assert account.key not in repr(account)
