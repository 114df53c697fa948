from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from claudeflare.credentials.kinds import ApiKey, OAuthTokens, StaticToken, Wif
from claudeflare.credentials.token_state import ASSERTION_LIMIT, assertion_version, read_assertion, token_state
from claudeflare.errors import SecretError
from credentials.test_profile_files import write_profile

TOKENS = OAuthTokens(
    access_token="a", refresh_token="r", expires_at=1000.0, client_id="c", token_url="https://t", lifetime=800.0
)


def wif(path: Path) -> Wif:
    return Wif(
        assertion_file=str(path),
        federation_rule_id="fdrl_1",
        organization_id="org",
        service_account_id="svac_1",
        token_url="https://t",
    )


def test_each_kind(tmp_path: Path) -> None:
    key = token_state(ApiKey("k"), 3)
    assert (key.credential.kind, key.credential.generation, key.renewable, key.bearer) == ("api-key", 3, False, False)
    static = token_state(StaticToken("t"), 3)
    assert (static.credential.kind, static.expires_at, static.renewable, static.bearer) == ("bearer", None, False, True)
    oauth = token_state(replace(TOKENS, refused="no"), 3)
    assert (oauth.credential.usable_until, oauth.expires_at, oauth.refused, oauth.renewable) == (
        970.0,
        1000.0,
        "no",
        True,
    )
    fresh = token_state(wif(tmp_path / "jwt"), 3)
    assert fresh.credential.usable_until is not None
    assert fresh.credential.usable_until <= 0.0  # nothing to send before the first exchange


def test_a_refusal_is_about_what_the_files_held_then(tmp_path: Path) -> None:
    profile = write_profile(tmp_path / "ant")
    version = token_state(profile, 0).credential.generation
    refused = replace(profile, refused="no", refused_version=version)
    assert token_state(refused, 0).refused == "no"
    write_profile(tmp_path / "ant", access_token="other")
    assert token_state(refused, 0).refused == ""

    jwt = tmp_path / "jwt"
    jwt.write_text("one")
    denied = replace(wif(jwt), refused="no", refused_version=assertion_version(wif(jwt)))
    assert token_state(denied, 0).refused == "no"
    jwt.write_text("two")
    assert token_state(denied, 0).refused == ""


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff"])
def test_files_without_an_identity_token(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "jwt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SecretError, match="identity token"):
        read_assertion(wif(path))
    assert assertion_version(wif(path)) == 0


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "jwt"
    path.write_text("x" * (ASSERTION_LIMIT + 10))
    assert len(read_assertion(wif(path))) == ASSERTION_LIMIT
