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


def test_old_ones_go_when_new_ones_come(database: Database, work: str) -> None:
    state, store = StateStore(database), PinStore(database)
    state.apply([Pinned("msgbatch_01", work, "", 100.0), Pinned("file_01", work), Unpinned("file_02", work)], at=10.0)
    state.apply([Pinned("file_03", work)], at=100.0 + GRACE_SECONDS)
    assert {pin.id for pin in store.newest(10, (), 0.0)} == {"file_01", "msgbatch_01", "file_03"}
    state.apply([Pinned("file_04", work)], at=101.0 + GRACE_SECONDS)
    assert [pin.id for pin in store.newest(10, (), -1.0)] == ["file_01", "file_03", "file_04"]


def test_an_id_that_no_column_takes_is_not_stored(database: Database, work: str) -> None:
    StateStore(database).apply([Pinned("file_\0", work)], at=10.0)
    assert PinStore(database).find(["file_\0"], 20.0) == []
