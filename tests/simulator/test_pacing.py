"""How fast answers come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.errors import InvalidInput
from claudeflare.simulator.pacing import INSTANT, Pacing, check_pacing


def test_the_first_part_waits_for_the_first_token_and_the_others_for_their_own() -> None:
    assert list(Pacing(ttft=0.5, tokens_per_second=10).pauses([3, 1, 0, 20])) == [0.5, 0.1, 0.0, 2.0]
    assert list(INSTANT.pauses([0, 1, 2])) == [0, 0, 0]


@given(st.floats(min_value=0, max_value=1), st.integers())
def test_jitter_stays_within_its_share_and_depends_on_the_seed_alone(jitter: float, seed: int) -> None:
    pacing = Pacing(ttft=1.0, tokens_per_second=1.0, jitter=jitter)
    pauses = list(pacing.pauses([1] * 20, seed))
    assert all(1 - jitter <= pause <= 1 + jitter for pause in pauses)
    assert pauses == list(pacing.pauses([1] * 20, seed))


@pytest.mark.parametrize("pacing", [Pacing(ttft=-1), Pacing(tokens_per_second=0), Pacing(jitter=1.5)])
def test_what_cannot_be_meant_is_refused(pacing: Pacing) -> None:
    with pytest.raises(InvalidInput, match="jitter between 0 and 1"):
        check_pacing(pacing)
