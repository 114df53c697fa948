from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from claudeflare.credentials.oauth_client import oauth_client
from claudeflare.errors import InvalidInput
from claudeflare.settings import Settings

MINE = Settings(oauth_client_id="mine")


@pytest.mark.parametrize(
    ("mode", "page", "scope"),
    [
        ("max", "https://claude.ai/oauth/authorize", "user:profile user:inference"),
        ("console", "https://platform.claude.com/oauth/authorize", "org:create_api_key user:profile"),
    ],
)
def test_each_mode_asks_its_own_page_for_what_it_needs(mode: str, page: str, scope: str) -> None:
    address, _, query = oauth_client(MINE, mode).link("a state", "a-challenge").partition("?")
    assert address == page
    assert {name: values[0] for name, values in parse_qs(query).items()} == {
        "code": "true",
        "client_id": "mine",
        "response_type": "code",
        "redirect_uri": "https://platform.claude.com/oauth/code/callback",
        "scope": scope,
        "code_challenge": "a-challenge",
        "code_challenge_method": "S256",
        "state": "a state",
    }


def test_everything_can_be_set() -> None:
    settings = Settings(
        oauth_client_id="mine",
        oauth_authorize_url="https://a.example/authorize",
        oauth_token_url="https://a.example/token",
        oauth_redirect_uri="https://a.example/callback",
        oauth_scopes=" one  two ",
        oauth_api_key_url="https://a.example/key",
    )
    client = oauth_client(settings, "console")
    assert client.scopes == ("one", "two")
    assert (client.token_url, client.api_key_url) == ("https://a.example/token", "https://a.example/key")
    assert urlsplit(client.link("s", "c")).netloc == "a.example"


def test_no_client_is_built_in() -> None:
    assert Settings().oauth_client_id == ""
    for mode in ("max", "console"):
        with pytest.raises(InvalidInput, match="CLAUDEFLARE_OAUTH_CLIENT_ID") as caught:
            oauth_client(Settings(), mode)
        assert mode in str(caught.value)


@pytest.mark.parametrize("mode", ["api-key", "token", "profile", "wif", "other"])
def test_other_modes_are_not_signed_in_to(mode: str) -> None:
    with pytest.raises(InvalidInput, match="max, console"):
        oauth_client(MINE, mode)
