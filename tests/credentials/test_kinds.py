from __future__ import annotations

import pytest

from claudeflare.credentials.kinds import (
    ApiKey,
    OAuthTokens,
    Profile,
    StaticToken,
    StoredSecret,
    Wif,
    modes_of,
    pack,
    unpack,
)
from claudeflare.errors import SecretError
from claudeflare.storage.account_rules import MODES

ALL: list[StoredSecret] = [
    ApiKey("sk-hidden"),
    StaticToken("sk-hidden"),
    OAuthTokens(
        access_token="sk-hidden",
        refresh_token="sk-hidden",
        expires_at=5.0,
        client_id="client",
        token_url="https://tokens.example",
        scopes=("a",),
    ),
    Profile(directory="/home/me/.config/anthropic", name="default"),
    Wif(
        assertion_file="/run/jwt",
        federation_rule_id="fdrl_1",
        organization_id="org",
        service_account_id="svac_1",
        token_url="https://tokens.example",
        access_token="sk-hidden",
    ),
]


@pytest.mark.parametrize("secret", ALL)
def test_each_kind_survives_and_shows_no_secret(secret: StoredSecret) -> None:
    assert unpack(pack(secret)) == secret
    assert "sk-hidden" not in repr(secret)


def test_every_mode_has_a_kind() -> None:
    assert {mode for secret in ALL for mode in modes_of(secret)} == set(MODES)


@pytest.mark.parametrize("plain", ["", "{}", '{"type":"retina","scan":"sk-hidden"}', '{"type":"token","token":5}'])
def test_what_is_of_no_kind_is_refused_without_repeating_it(plain: str) -> None:
    with pytest.raises(SecretError, match="kind this version does not know") as caught:
        unpack(plain)
    assert caught.value.__suppress_context__
    assert "sk-hidden" not in str(caught.value)
