from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.balancing.change import (
    AttentionNeeded,
    BenchCleared,
    Benched,
    Change,
    OrganizationLearned,
    SessionBound,
)
from claudeflare.control.pending_changes import PendingChanges, subject_of

accounts = st.sampled_from(["a", "b"])
classes = st.sampled_from(["", "opus"])
changes = st.lists(
    st.one_of(
        st.builds(SessionBound, st.sampled_from(["s1", "s2", "s3"]), accounts, st.floats(0, 100)),
        st.builds(Benched, accounts, classes, st.floats(0, 100), st.just("limited")),
        st.builds(BenchCleared, accounts, classes),
        st.builds(AttentionNeeded, accounts, st.sampled_from(["", "look"])),
        st.builds(OrganizationLearned, accounts, st.sampled_from(["o1", "o2"])),
    )
)


@given(changes)
def test_the_newest_change_of_each_subject_is_kept_in_order(made: list[Change]) -> None:
    pending = PendingChanges(1000)
    pending.add(made)
    last = {subject_of(change): index for index, change in enumerate(made)}
    assert pending.copy() == [made[index] for index in sorted(last.values())]
    assert len(pending) == len(last)


@given(changes, st.integers(1, 5))
def test_beyond_the_limit_the_oldest_go(made: list[Change], limit: int) -> None:
    bounded, unbounded = PendingChanges(limit), PendingChanges(1000)
    bounded.add(made)
    unbounded.add(made)
    assert bounded.copy() == unbounded.copy()[-limit:]


def test_a_bench_and_its_clearing_are_about_the_same_thing() -> None:
    pending = PendingChanges(10)
    pending.add([Benched("a", "opus", 9.0, "limited"), Benched("a", "", 9.0, "limited")])
    pending.add([BenchCleared("a", "opus")])
    assert pending.take() == [Benched("a", "", 9.0, "limited"), BenchCleared("a", "opus")]
    assert pending.take() == []
    assert repr(pending) == "<PendingChanges 0 of at most 10>"
