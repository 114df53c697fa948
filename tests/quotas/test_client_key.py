from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.quotas.client_key import ClientKey, digest_of, secret_from, well_formed

KEY = ClientKey(id="1", name="ci", digest=b"", models=("claude-haiku-*", "claude-opus-5"), expires_at=100.0)


@given(st.binary(min_size=32, max_size=32))
def test_a_secret_is_well_formed_and_one_wrong_letter_is_not(random: bytes) -> None:
    secret = secret_from(random)
    assert secret.startswith("cfk_")
    assert len(secret) == 46
    assert well_formed(secret)
    wrong = "b" if secret[10] == "a" else "a"
    assert not well_formed(secret[:10] + wrong + secret[11:])


def test_what_is_no_key_of_ours() -> None:
    assert not well_formed("sk-ant-api03-x")
    assert not well_formed("")


def test_two_keys_have_two_digests() -> None:
    assert digest_of(b"a") != digest_of(b"b")
    assert len(digest_of(b"a")) == 32


def test_models_are_patterns() -> None:
    assert KEY.allows_model("claude-haiku-4-5")
    assert KEY.allows_model("claude-opus-5")
    assert not KEY.allows_model("claude-opus-5-5")
    assert ClientKey(id="1", name="ci", digest=b"").allows_model("anything")


def test_a_key_ends_at_its_moment() -> None:
    assert not KEY.expired(99.9)
    assert KEY.expired(100.0)
    assert not ClientKey(id="1", name="ci", digest=b"").expired(1e12)
