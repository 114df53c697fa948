from __future__ import annotations

from pathlib import Path

from claudeflare.access.restored import settle_restored
from claudeflare.access.sessions import Sessions
from claudeflare.storage import migrate
from claudeflare.storage.audit import AuditEntry, AuditFilter, AuditStore
from claudeflare.storage.database import Database
from claudeflare.storage.sessions import SessionStore

NOW = 1_795_000_000.0


def test_nobody_is_signed_in_after_a_restore_and_the_log_says_when_it_was(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(database, None)
    before = AuditEntry(at=1.0, who="token", action="add-account", subject="main")
    AuditStore(database).append(before)
    secret, _ = Sessions(SessionStore(database)).open(NOW - 10, None, None)
    settle_restored(database, "claudeflare.backup", NOW)
    assert Sessions(SessionStore(database)).find(secret, NOW) is None
    page, _ = AuditStore(database).list(AuditFilter(), None, 10)
    assert [entry for _, entry in page] == [
        AuditEntry(at=NOW, who="command line", action="restore", subject="claudeflare.backup"),
        before,
    ]
    database.dispose()


def test_a_backup_of_an_older_version(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(database, None)
    migrate.downgrade(database, "0001")
    settle_restored(database, "old.backup", NOW)
    assert migrate.current_revision(database) == migrate.head_revision()
    assert len(AuditStore(database).list(AuditFilter(), None, 10)[0]) == 1
    database.dispose()
