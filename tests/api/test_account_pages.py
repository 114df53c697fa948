from __future__ import annotations

import pytest

from claudeflare.api.account_pages import account_page
from claudeflare.balancing.account import Account
from claudeflare.errors import InvalidInput
from claudeflare.storage.accounts import StoredAccount
from harness.rest_api import Api


def stored(name: str, created: float) -> StoredAccount:
    return StoredAccount(account=Account(id=name, name=name), created=created)


ALL = [stored("d", 4.0), stored("B", 3.0), stored("c", 3.0), stored("a", 1.5)]


def names(accounts: object) -> list[str]:
    assert isinstance(accounts, list)
    return [each.account.name for each in accounts]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_pages_hold_everything_once_in_order(limit: int) -> None:
    found, cursor = [], None
    while True:
        page, cursor = account_page(ALL, cursor, limit)
        found += names(page)
        assert len(page) <= limit
        if cursor is None:
            break
    assert found == ["d", "B", "c", "a"]


def test_what_is_removed_meanwhile_takes_nothing_with_it() -> None:
    _, cursor = account_page(ALL, None, 2)
    assert names(account_page([ALL[0], *ALL[2:]], cursor, 2)[0]) == ["c", "a"]


@pytest.mark.parametrize("cursor", ["", "x", "bm9uc2Vuc2U", "\N{SNOWMAN}"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="Begin again"):
        account_page(ALL, cursor, None)


async def test_the_list_leads_to_its_next_page(api: Api) -> None:
    for name in ("one", "two", "three"):
        await api.add(name)
    everything = [account["name"] for account in await api.get("/api/accounts")]
    first = await api.client.get("/api/accounts?limit=2")
    second = await api.client.get("/api/accounts", params={"cursor": first.headers["x-next-cursor"]})
    assert [account["name"] for account in [*first.json(), *second.json()]] == everything
    assert "x-next-cursor" not in second.headers
