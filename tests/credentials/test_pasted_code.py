"""Whatever a person pastes: the code is read, or it is said what is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.credentials.pasted_code import LENGTH_LIMIT, PastedCode, read_pasted
from claudeflare.errors import InvalidInput

TOKENS = st.text("abcXYZ019-_.~", min_size=1, max_size=90)


@given(TOKENS, TOKENS, st.integers(0, 200), st.sampled_from([" ", "\n", "\r\n  ", "\t"]))
def test_a_code_survives_what_windows_do_to_it(code: str, state: str, at: int, blank: str) -> None:
    whole = f"{code}#{state}"
    torn = f"  {whole[:at]}{blank}{whole[at:]}\n"
    assert read_pasted(torn) == PastedCode(code, state)


@pytest.mark.parametrize(
    "text",
    [
        "https://platform.claude.com/oauth/code/callback?code=abc&state=xyz",
        "http://localhost:54545/callback?state=xyz&code=abc#",
        "?code=abc&state=xyz",
        "code=abc&state=xyz",
    ],
)
def test_the_address_does_as_well(text: str) -> None:
    assert read_pasted(text) == PastedCode("abc", "xyz")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Nothing was pasted"),
        (" \n ", "Nothing was pasted"),
        ("abc", "not the whole code"),
        ("abc#", "not the whole code"),
        ("#xyz", "not the whole code"),
        ("a#b#c", "not the whole code"),
        ("https://platform.claude.com/oauth/code/callback#x", "not the whole code"),
        ("https://x.example/?code=abc&code=def&state=xyz", "not the whole code"),
        ("https://x.example/?error=access_denied&state=xyz", "not allowed"),
        ("code#ünknown", "not the code"),
        ("x" * (LENGTH_LIMIT + 1), "not the code"),
        ("a\x07b#c", "not the code"),
    ],
)
def test_what_is_no_code_is_said_and_never_repeated(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as caught:
        read_pasted(text)
    assert "abc" not in str(caught.value)


@given(st.text())
def test_anything_else_is_refused_in_words(text: str) -> None:
    try:
        pasted = read_pasted(text)
    except InvalidInput:
        return
    assert pasted.code
    assert pasted.state
    assert repr(pasted) == "PastedCode(…)"
