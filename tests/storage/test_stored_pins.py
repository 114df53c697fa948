from __future__ import annotations

from claudeflare.balancing.change import Pinned, Unpinned
from claudeflare.journal.records import Changed
from claudeflare.storage.accounts import AccountStore
from claudeflare.storage.database import Database
from claudeflare.storage.pins import GRACE_SECONDS, PinStore
from claudeflare.storage.state import StateStore, apply_changes


def test_what_was_pinned_is_found(database: Database, work: str, spare: str) -> None:
    file, batch = Pinned("file_01", work, "work"), Pinned("msgbatch_01", spare, "spare", 100.0)
    StateStore(database).apply([file, batch], at=10.0)
    store = PinStore(database)
    assert store.find(["file_01", "msgbatch_01", "file_02"], 99.0) == [file, batch]
    assert store.find(["file_01", "msgbatch_01"], 100.0) == [file]
    assert store.find([], 1.0) == []
    assert StateStore(database).load(20.0) == []


def test_more_ids_than_one_statement_takes(database: Database, work: str) -> None:
    StateStore(database).apply([Pinned(f"file_{number:04}", work) for number in range(1001)], at=10.0)
    assert len(PinStore(database).find([f"file_{number:04}" for number in range(1100)], 20.0)) == 1001


def test_an_older_change_never_wins(database: Database, work: str, spare: str) -> None:
    store = PinStore(database)
    with database.write() as connection:
        apply_changes(connection, [Changed(12.0, Unpinned("file_01", work)), Changed(11.0, Pinned("file_01", work))])
    assert store.find(["file_01"], 20.0) == []
    StateStore(database).apply([Pinned("file_01", work)], at=11.5)
    assert store.find(["file_01"], 20.0) == []
    StateStore(database).apply([Pinned("file_01", spare)], at=13.0)
    assert [pin.account_id for pin in store.find(["file_01"], 20.0)] == [spare]


def test_the_newest_and_one_of_each_kind(database: Database, work: str) -> None:
    state, store = StateStore(database), PinStore(database)
    state.apply([Pinned("file_01", work)], at=1.0)
    state.apply([Pinned("fileless_01", work)], at=1.5)
    for at in (2.0, 3.0, 4.0):
        state.apply([Pinned(f"msgbatch_{at:.0f}", work)], at)
    state.apply([Unpinned("msgbatch_4", work)], at=5.0)

    def newest(limit: int, *kinds: str) -> list[str]:
        return [pin.id for pin in store.newest(limit, kinds, 20.0)]

    assert newest(2) == ["msgbatch_2", "msgbatch_3"]
    assert newest(2, "file", "container") == ["file_01", "msgbatch_2", "msgbatch_3"]
    assert newest(10, "file") == ["file_01", "fileless_01", "msgbatch_2", "msgbatch_3"]


def test_pins_outlive_their_account(database: Database, work: str) -> None:
    StateStore(database).apply([Pinned("file_01", work, "work")], at=10.0)
    AccountStore(database).remove("work")
    assert PinStore(database).find(["file_01"], 20.0) == [Pinned("file_01", work, "work")]


def test_what_has_run_out_goes_and_what_was_deleted_goes_later(database: Database, work: str) -> None:
    state, store = StateStore(database), PinStore(database)
    state.apply([Pinned("msgbatch_01", work, "", 100.0), Pinned("file_01", work), Unpinned("file_02", work)], at=10.0)
    state.apply([Pinned(f"msg_{number:02}", work, "", 100.0 + number) for number in range(10)], at=20.0)
    assert store.delete_expired(99.0, 500) == 0
    assert store.delete_expired(104.0, 2) == 2
    assert store.delete_expired(104.0, 500) == 4
    left = sorted(pin.id for pin in store.newest(10, (), 0.0))
    assert left == ["file_01", *(f"msg_{number:02}" for number in range(5, 10))]
    # The row of what was deleted is still there: what the journal says of it comes too late.
    state.apply([Pinned("file_02", work)], at=9.0)
    assert store.find(["file_02"], 104.0) == []
    assert store.delete_expired(10.0 + GRACE_SECONDS, 500) == 5
    assert store.delete_expired(10.1 + GRACE_SECONDS, 500) == 1
    assert store.find(["file_01"], GRACE_SECONDS) == [Pinned("file_01", work)]


def test_turns_of_threads_crowd_nothing_out(database: Database, work: str) -> None:
    state, store = StateStore(database), PinStore(database)
    state.apply([Pinned("file_01", work), Pinned("msgbatch_01", work)], at=1.0)
    for at in (2.0, 3.0, 4.0):
        state.apply([Pinned(f"msg_{at:.0f}", work, "", 100.0)], at)
    found = [pin.id for pin in store.newest(2, ("file",), 20.0)]
    assert sorted(found[:2]) == ["file_01", "msgbatch_01"]
    assert found[2:] == ["msg_3", "msg_4"]
    assert [pin.id for pin in store.newest(2, (), 100.0)[2:]] == []


def test_an_id_that_no_column_takes_is_not_stored(database: Database, work: str) -> None:
    StateStore(database).apply([Pinned("file_\0", work)], at=10.0)
    assert PinStore(database).find(["file_\0"], 20.0) == []
