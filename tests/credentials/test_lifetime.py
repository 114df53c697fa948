from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.credentials.lifetime import renew_from, usable_until


def test_ordinary_tokens_are_renewed_two_minutes_before_their_end() -> None:
    assert renew_from(10_000.0, 28_800.0) == 9_880.0
    assert usable_until(10_000.0, 28_800.0) == 9_970.0
    assert (renew_from(10_000.0, 0.0), usable_until(10_000.0, 0.0)) == (9_880.0, 9_970.0)


@given(st.floats(0.001, 1e7))
def test_no_token_is_due_as_soon_as_it_comes(lifetime: float) -> None:
    came = 1_795_369_200.0
    expires_at = came + lifetime
    assert came < renew_from(expires_at, lifetime) <= usable_until(expires_at, lifetime) <= expires_at
