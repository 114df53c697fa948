from __future__ import annotations

import pytest

from claudeflare.errors import InvalidInput
from claudeflare.storage import account_rules


@pytest.mark.parametrize("name", ["a", "work", "Max 20x", "x" * 64, "名前", "👩‍💻", "123", "a@b.c", "cafe\u0301"])
def test_good_names(name: str) -> None:
    assert 1 <= len(account_rules.name(name)) <= 64


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "a\nb", "a\x00b", "a\x7fb", "a\u202eb", "a\u2028b", "\ud800"])
def test_bad_names(name: str) -> None:
    with pytest.raises(InvalidInput, match="An account's name"):
        account_rules.name(name)


@pytest.mark.parametrize("name", ["123e4567-e89b-12d3-a456-426614174000", "123E4567E89B12D3A456426614174000"])
def test_a_name_that_could_be_an_id(name: str) -> None:
    with pytest.raises(InvalidInput, match="look like an id"):
        account_rules.name(name)


def test_names_are_compared_without_case_and_form() -> None:
    assert account_rules.name_key("Straße") == account_rules.name_key("STRASSE")
    assert account_rules.name_key("cafe\u0301") == account_rules.name_key("Café")
    assert account_rules.name_key("work") != account_rules.name_key("work2")


@pytest.mark.parametrize("tier", [0, 2, 10, 21, -1])
def test_bad_tiers(tier: int) -> None:
    with pytest.raises(InvalidInput, match="1, 5 or 20"):
        account_rules.tier(tier)


@pytest.mark.parametrize("mode", account_rules.MODES)
def test_modes(mode: str) -> None:
    assert account_rules.mode(mode) == mode


def test_a_bad_mode_names_the_good_ones() -> None:
    with pytest.raises(InvalidInput, match="api-key, console, max, token, profile, wif"):
        account_rules.mode("oauth")


@pytest.mark.parametrize("priority", [10**6 + 1, -(10**6) - 1, 2**70])
def test_bad_priorities(priority: int) -> None:
    with pytest.raises(InvalidInput, match="priority"):
        account_rules.priority(priority)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        ("https://api.anthropic.com", "https://api.anthropic.com"),
        (" http://127.0.0.1:9000/ ", "http://127.0.0.1:9000"),
        ("http://[::1]:9000/x/", "http://[::1]:9000/x"),
    ],
)
def test_base_urls(given: str | None, stored: str | None) -> None:
    assert account_rules.base_url(given) == stored


@pytest.mark.parametrize(
    "url",
    [
        "api.anthropic.com",
        "ftp://example.com",
        "https://",
        "http://host:0",
        "http://host:99999",
        "http://host:port",
        "http://[::1",
        "http://ex ample.com",
        "http://exämple.com",
        "http://a\tb",
    ],
)
def test_bad_base_urls(url: str) -> None:
    with pytest.raises(InvalidInput, match="A base URL looks like"):
        account_rules.base_url(url)


@pytest.mark.parametrize(
    "url", ["http://user@host", "http://u:p@host", "http://host?x", "http://host#x", "http://host/?"]
)
def test_base_urls_hold_nothing_else(url: str) -> None:
    with pytest.raises(InvalidInput, match="cannot hold"):
        account_rules.base_url(url)
