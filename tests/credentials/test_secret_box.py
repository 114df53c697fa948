from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.credentials.keyring import Keyring
from claudeflare.credentials.secrets import SecretBox
from claudeflare.errors import SecretError

KEY, OLD_KEY = os.urandom(32), os.urandom(32)
BOX = SecretBox(Keyring([KEY], "the test's keys"))
PLAIN = "sk-ant-very-secret"


@given(plain=st.text(), owner=st.text())
def test_what_is_sealed_opens_again(plain: str, owner: str) -> None:
    assert BOX.open(BOX.seal(plain, "account", owner), "account", owner) == plain


def test_nothing_of_the_secret_shows() -> None:
    sealed = BOX.seal(PLAIN, "account", "a")
    assert PLAIN.encode() not in sealed
    assert BOX.key_id in sealed.hex()
    assert BOX.seal(PLAIN, "account", "a") != sealed
    assert KEY.hex() not in repr(BOX)


@pytest.mark.parametrize(("purpose", "owner"), [("account", "b"), ("other", "a"), ("accounta", ""), ("", "accounta")])
def test_another_owner_or_purpose_opens_nothing(purpose: str, owner: str) -> None:
    with pytest.raises(SecretError, match="belongs to another account"):
        BOX.open(BOX.seal(PLAIN, "account", "a"), purpose, owner)


def test_every_altered_bit_is_noticed() -> None:
    sealed = BOX.seal(PLAIN, "account", "a")
    for position in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[position // 8] ^= 1 << position % 8
        with pytest.raises(SecretError):
            BOX.open(bytes(altered), "account", "a")


def test_every_cut_is_noticed() -> None:
    sealed = BOX.seal(PLAIN, "account", "a")
    for length in range(len(sealed)):
        with pytest.raises(SecretError):
            BOX.open(sealed[:length], "account", "a")


def test_an_old_key_still_opens_and_a_new_one_seals() -> None:
    sealed = SecretBox(Keyring([OLD_KEY], "old")).seal(PLAIN, "account", "a")
    both = SecretBox(Keyring([KEY, OLD_KEY], "both"))
    assert both.open(sealed, "account", "a") == PLAIN
    assert BOX.open(both.seal(PLAIN, "account", "a"), "account", "a") == PLAIN


def test_a_missing_key_is_named() -> None:
    old = SecretBox(Keyring([OLD_KEY], "old"))
    with pytest.raises(
        SecretError, match=rf"sealed with key {old.key_id}, which the test's keys does not hold"
    ) as caught:
        BOX.open(old.seal(PLAIN, "account", "a"), "account", "a")
    assert PLAIN not in str(caught.value)


def test_a_form_of_the_future() -> None:
    with pytest.raises(SecretError, match="written by a newer one"):
        BOX.open(b"\x02" + BOX.seal(PLAIN, "account", "a")[1:], "account", "a")
