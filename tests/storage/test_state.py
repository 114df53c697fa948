from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from claudeflare.balancing.change import (
    AttentionNeeded,
    BenchCleared,
    Benched,
    Change,
    OrganizationLearned,
    SessionBound,
)
from claudeflare.journal.records import Changed
from claudeflare.storage.database import Database
from claudeflare.storage.state import StateStore, apply_changes
from claudeflare.storage.tables import attention, benches, bindings


def test_everything_comes_back(database: Database, work: str, spare: str) -> None:
    store = StateStore(database)
    changes: list[Change] = [
        SessionBound("s", work, 100.0),
        Benched(work, "opus", 50.0, "rate limited: input tokens per minute"),
        Benched(spare, "", 50.0, "overloaded", guess=True),
        AttentionNeeded(spare, "credential refused"),
        OrganizationLearned(work, "org-1"),
    ]
    store.apply(changes, at=10.0)
    assert set(store.load(20.0)) == set(changes)
    assert len(store.load(20.0)) == 5


def test_what_has_expired_is_not_loaded(database: Database, work: str) -> None:
    store = StateStore(database)
    store.apply([SessionBound("s", work, 100.0), Benched(work, "", 50.0, "r")], at=10.0)
    assert store.load(50.0) == [SessionBound("s", work, 100.0)]
    assert store.load(100.0) == []


def test_lifting(database: Database, work: str) -> None:
    store = StateStore(database)
    store.apply([Benched(work, "", 50.0, "r"), AttentionNeeded(work, "look")], at=10.0)
    store.apply([BenchCleared(work, ""), AttentionNeeded(work, "")], at=11.0)
    assert store.load(12.0) == []


def test_lifting_one_bench_leaves_the_other(database: Database, work: str) -> None:
    store = StateStore(database)
    store.apply([Benched(work, "", 50.0, "all"), Benched(work, "opus", 60.0, "opus")], at=10.0)
    store.apply([BenchCleared(work, "")], at=11.0)
    assert store.load(12.0) == [Benched(work, "opus", 60.0, "opus")]


def test_a_session_moves(database: Database, work: str, spare: str) -> None:
    store = StateStore(database)
    store.apply([SessionBound("s", work, 100.0), SessionBound("s", spare, 110.0)], at=10.0)
    assert store.load(20.0) == [SessionBound("s", spare, 110.0)]


def test_an_older_change_read_again_does_not_undo_a_newer_one(database: Database, work: str, spare: str) -> None:
    """The journal is read from its beginning after a crash, while the owner has lifted a limit through the API."""
    store = StateStore(database)
    old: list[Change] = [Benched(work, "", 90.0, "r"), AttentionNeeded(work, "look"), SessionBound("s", work, 100.0)]
    store.apply(old, at=10.0)
    new: list[Change] = [BenchCleared(work, ""), AttentionNeeded(work, ""), SessionBound("s", spare, 120.0)]
    store.apply(new, at=30.0)
    store.apply(old, at=10.0)
    assert store.load(40.0) == [SessionBound("s", spare, 120.0)]


def test_changes_for_a_removed_account_are_passed_over(database: Database, work: str) -> None:
    store = StateStore(database)
    store.apply(
        [SessionBound("s", "gone", 100.0), Benched("gone", "", 50.0, "r"), Benched(work, "", 50.0, "r")], at=1.0
    )
    assert store.load(2.0) == [Benched(work, "", 50.0, "r")]


def test_names_that_cannot_be_keys_are_not_kept(database: Database, work: str) -> None:
    store = StateStore(database)
    store.apply(
        [
            SessionBound("s" * 2001, work, 100.0),
            SessionBound("a\0b", work, 100.0),
            Benched(work, "m" * 2001, 50.0, "r"),
            BenchCleared(work, "\u00e9" * 1001),
            OrganizationLearned(work, "o" * 3000),
        ],
        at=1.0,
    )
    assert store.load(2.0) == [OrganizationLearned(work, "o" * 2000)]


def test_expired_bindings_are_deleted_when_new_ones_come(database: Database, work: str) -> None:
    store = StateStore(database)
    store.apply([SessionBound(f"s{n}", work, 100.0) for n in range(20)], at=1.0)
    store.apply([SessionBound("new", work, 300.0)], at=200.0)
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(bindings)) == 1


def test_nothing_is_a_change_too(database: Database) -> None:
    StateStore(database).apply([], at=1.0)
    assert StateStore(database).load(0.0) == []


_changes = st.lists(
    st.tuples(
        st.sampled_from(["bench", "clear", "attention", "bind"]), st.sampled_from(["", "opus"]), st.integers(100, 200)
    ),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(kinds=_changes, again=st.integers(0, 12))
def test_reading_any_part_of_the_past_again_alters_nothing(
    database: Database, work: str, kinds: list[tuple[str, str, int]], again: int
) -> None:
    changed = []
    for at, (kind, name, number) in enumerate(kinds):
        change: Change
        if kind == "bench":
            change = Benched(work, name, number, "r")
        elif kind == "clear":
            change = BenchCleared(work, name)
        elif kind == "attention":
            change = AttentionNeeded(work, name)
        else:
            change = SessionBound(name, work, number)
        changed.append(Changed(float(at), change))
    store = StateStore(database)
    with database.write() as connection:
        connection.execute(benches.delete())
        connection.execute(bindings.delete())
        connection.execute(attention.delete())
        apply_changes(connection, changed)
    before = store.load(50.0)
    with database.write() as connection:
        apply_changes(connection, changed[:again])
    assert store.load(50.0) == before
