from __future__ import annotations

import pytest

from claudeflare.credentials.imported_tokens import NO_CLIENT, imported_tokens
from claudeflare.credentials.kinds import OAuthTokens
from claudeflare.errors import InvalidInput
from claudeflare.settings import Settings

OURS = Settings(oauth_client_id="mine", oauth_token_url="https://example.test/token")


def test_with_a_client() -> None:
    assert imported_tokens(OURS, " access ", "refresh", 100.0) == OAuthTokens(
        access_token="access",
        refresh_token="refresh",
        expires_at=100.0,
        client_id="mine",
        token_url="https://example.test/token",
    )


def test_without_a_client_nobody_renews_them() -> None:
    tokens = imported_tokens(Settings(), "access", "refresh", 100.0)
    assert (tokens.refused, tokens.client_id, tokens.expires_at) == (NO_CLIENT, "", 100.0)


@pytest.mark.parametrize(("access", "expires_at"), [(None, 100.0), ("access", None), (None, None)])
def test_a_token_of_unknown_end_is_over(access: str | None, expires_at: float | None) -> None:
    tokens = imported_tokens(OURS, access, "refresh", expires_at)
    assert (tokens.access_token, tokens.expires_at) == (access or "", 0.0)


@pytest.mark.parametrize(("access", "refresh"), [("two words", "refresh"), ("access", "two words"), ("access", "")])
def test_what_is_no_token_is_refused_and_not_repeated(access: str, refresh: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        imported_tokens(OURS, access, refresh, 100.0)
    assert "two words" not in str(refused.value)
