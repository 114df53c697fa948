from __future__ import annotations

import pytest

from claudeflare.balancing.change import AttentionNeeded, BenchCleared, Benched, SessionBound
from claudeflare.errors import InvalidInput
from claudeflare.journal.records import Changed
from claudeflare.storage import migrate
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.database import Database
from claudeflare.storage.happenings import KEPT_SECONDS, Happening, HappeningStore
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.secrets import SealedSecret
from claudeflare.storage.state import StateStore

NOW = 1_000_000.0


def add(database: Database) -> str:
    return AccountStore(database).add(NewAccount(name="work"), 1.0, SealedSecret("k", b"sealed")).account.id


def told(database: Database) -> list[Happening]:
    return HappeningStore(database).list(None, 100)[0]


def test_what_the_journal_says_is_kept_newest_first(database: Database) -> None:
    work = add(database)
    changed = [
        Changed(NOW, Benched(work, "opus", NOW + 60, "7d_opus")),
        Changed(NOW + 1, SessionBound("s", work, NOW + 60)),
        Changed(NOW + 2, BenchCleared(work, "opus")),
        Changed(NOW + 3, AttentionNeeded("somebody removed", "revoked")),
    ]
    for _ in range(2):  # the journal is read again after a crash
        RequestStore(database).write_batch(opened=[], finished=[], changed=changed, shed={})
    assert told(database) == [
        Happening(at=NOW + 2, kind="recovered", account_id=work, model_class="opus"),
        Happening(at=NOW, kind="limited", account_id=work, model_class="opus", reason="7d_opus", until=NOW + 60),
    ]


def test_what_the_owner_changes_is_kept_too(database: Database) -> None:
    work = add(database)
    for reason in ("revoked", ""):
        StateStore(database).apply([AttentionNeeded(work, reason)], NOW)
    assert [each.kind for each in told(database)] == ["attention-over", "attention"]


def test_what_was_not_wrong_is_not_over(database: Database) -> None:
    work, state = add(database), StateStore(database)
    state.apply([BenchCleared(work, ""), AttentionNeeded(work, "")], NOW)
    state.apply([Benched(work, "opus", NOW + 10, "7d_opus")], NOW)
    state.apply([BenchCleared(work, ""), BenchCleared(work, "opus"), BenchCleared(work, "opus")], NOW + 1)
    state.apply([BenchCleared(work, "opus")], NOW + 90)
    assert [(each.kind, each.model_class) for each in told(database)] == [("recovered", "opus"), ("limited", "opus")]


def test_the_same_within_a_minute_is_told_once(database: Database) -> None:
    work, state = add(database), StateStore(database)
    for second in (0, 10, 70):
        state.apply([Benched(work, "", NOW + 500, f"at {second}")], NOW + second)
    assert [each.reason for each in told(database)] == ["at 70", "at 10"]


def test_a_month_later_it_is_gone(database: Database) -> None:
    work, state = add(database), StateStore(database)
    state.apply([Benched(work, "", NOW + 10, "5h")], NOW)
    state.apply([AttentionNeeded(work, "revoked")], NOW + KEPT_SECONDS + 1)
    assert [each.kind for each in told(database)] == ["attention"]


def test_what_no_change_tells_of_is_kept_by_account_and_client_key(database: Database) -> None:
    store = HappeningStore(database)
    work = add(database)
    kept = [
        Happening(at=NOW, kind="budget", client_key="ci", reason="1 USD a day", until=NOW + 60),
        Happening(at=NOW, kind="budget", client_key="laptop"),
        Happening(at=NOW, kind="refreshed", account_id=work),
    ]
    for what in (*kept, Happening(at=NOW, kind="budget", client_key="no\0key")):
        store.add(what)
    newest_first = sorted(kept, key=lambda what: (what.account_id or "", what.client_key or ""), reverse=True)
    assert told(database) == newest_first
    assert store.list(None, 9, work)[0] == newest_first[:1]
    page, cursor = store.list(None, 2)
    assert [*page, *store.list(cursor, 2)[0]] == newest_first


def test_an_older_schema_keeps_what_happened_to_accounts(database: Database) -> None:
    store, work = HappeningStore(database), add(database)
    store.add(Happening(at=NOW, kind="refreshed", account_id=work))
    store.add(Happening(at=NOW, kind="budget", client_key="ci"))
    migrate.downgrade(database, "0011")
    migrate.upgrade(database, None)
    assert told(database) == [Happening(at=NOW, kind="refreshed", account_id=work)]


def test_pages_lead_on_to_the_end(database: Database) -> None:
    work, state, store = add(database), StateStore(database), HappeningStore(database)
    # Of one moment: what tells them apart then is the rest of the key.
    state.apply([Benched(work, model, NOW + 10, "limit") for model in ("", "haiku", "opus", "sonnet")], NOW)
    cursor, found = None, []
    for _ in range(4):
        page, cursor = store.list(cursor, 1)
        found += page
    assert cursor is None
    assert [each.model_class for each in found] == ["sonnet", "opus", "haiku", None]


def test_of_one_account_alone(database: Database) -> None:
    work, state, store = add(database), StateStore(database), HappeningStore(database)
    other = AccountStore(database).add(NewAccount(name="other"), 1.0, SealedSecret("k", b"sealed")).account.id
    state.apply([Benched(work, "", NOW + 10, "5h"), Benched(other, "", NOW + 10, "7d")], NOW)
    page, cursor = store.list(None, 1, other)
    assert ([each.reason for each in page], cursor) == (["7d"], None)


@pytest.mark.parametrize("cursor", ["", "x", "bm9uc2Vuc2U", "WzEsMiwzLDRd", "ü", "WzFlOTk5LCIiLCIiLCIiXQ"])
def test_a_cursor_that_is_none(database: Database, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="Begin again without a cursor"):
        HappeningStore(database).list(cursor, 10)


def test_a_page_of_nothing(database: Database) -> None:
    with pytest.raises(InvalidInput, match="at least one"):
        HappeningStore(database).list(None, 0)
