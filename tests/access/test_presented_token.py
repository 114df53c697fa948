from __future__ import annotations

import pytest

from claudeflare.access.presented_token import COOKIE, bearer_token, cookie_token


@pytest.mark.parametrize(
    ("field", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer abc", "abc"),
        (" BEARER  abc ", "abc"),
        (None, None),
        ("", None),
        ("Bearer", None),
        ("Bearer ", None),
        ("Basic abc", None),
        ("abc", None),
        ("Bearerabc", None),
    ],
)
def test_authorization(field: str | None, token: str | None) -> None:
    assert bearer_token(field) == token


@pytest.mark.parametrize(
    ("field", "token"),
    [
        (f"{COOKIE}=abc", "abc"),
        (f"a=b; {COOKIE}=abc; c=d", "abc"),
        (f'a;{COOKIE}="abc"', "abc"),
        (f"{COOKIE}=one; {COOKIE}=two", "one"),
        (f"{COOKIE}=a=b", "a=b"),
        (None, None),
        ("", None),
        (COOKIE, None),
        (f"{COOKIE}=", None),
        (f"x{COOKIE}=abc", None),
        (f"a={COOKIE}=abc", None),
    ],
)
def test_cookie(field: str | None, token: str | None) -> None:
    assert cookie_token(field) == token
