from __future__ import annotations

import pytest

from claudeflare.credentials.api_key import clean_api_key
from claudeflare.errors import InvalidInput


@pytest.mark.parametrize("value", ["sk-ant-api03-x_Y-z", "  sk-ant-x\r\n", "anything", "k" * 4096])
def test_good_keys_lose_the_space_around_them(value: str) -> None:
    assert clean_api_key(value) == value.strip()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("k" * 4097, "longer than"),
        ("sk ant", "holds spaces"),
        ("sk\nx-api-key: other", "line breaks"),
        ("sk-ant-é", "letters that no key has"),
        ("sk\x00", "letters that no key has"),
        ("sk\x7f", "letters that no key has"),
        ("sk\ud800", "letters that no key has"),
    ],
)
def test_bad_keys_are_refused_and_not_repeated(value: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        clean_api_key(value)
    assert not value.strip() or value not in str(caught.value)
