from __future__ import annotations

import pytest

from claudeflare.access.presented_token import COOKIE, MOST_COOKIES, bearer_token, session_cookies, set_cookie


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
    ("field", "found"),
    [
        (f"{COOKIE}=abc", ["abc"]),
        (f"a=b; {COOKIE}=abc; c=d", ["abc"]),
        (f'a;{COOKIE}="abc"', ["abc"]),
        (f"{COOKIE}=one; {COOKIE}=; {COOKIE}=two", ["one", "two"]),
        (f"{COOKIE}=a=b", ["a=b"]),
        ("; ".join(f"{COOKIE}={number}" for number in range(1000)), [str(number) for number in range(MOST_COOKIES)]),
        (None, []),
        ("", []),
        (COOKIE, []),
        (f"{COOKIE}=", []),
        (f"x{COOKIE}=abc", []),
        (f"a={COOKIE}=abc", []),
    ],
)
def test_cookies(field: str | None, found: list[str]) -> None:
    assert session_cookies(field) == found


def test_a_cookie_that_no_script_reads_and_no_other_site_sends() -> None:
    cookie = set_cookie("s3cret", 90.5, secure=False)
    assert cookie == f"{COOKIE}=s3cret; Path=/; Max-Age=90; HttpOnly; SameSite=Strict"
    assert session_cookies(cookie.partition(";")[0]) == ["s3cret"]
    assert set_cookie("s3cret", 90.0, secure=True).endswith("; SameSite=Strict; Secure")


def test_a_cookie_is_taken_away() -> None:
    assert set_cookie("", -1, secure=False) == f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"
