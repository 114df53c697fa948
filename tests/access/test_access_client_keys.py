from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.access.client_keys import ClientKeyService
from claudeflare.errors import Conflict, InvalidInput, SettingsError
from claudeflare.quotas.client_key import ClientKey, digest_of, well_formed
from claudeflare.storage import migrate
from claudeflare.storage.client_key_spend import ClientKeySpend
from claudeflare.storage.client_keys import ClientKeyStore
from claudeflare.storage.database import Database

IN_FILE = ClientKey(id="file-1", name="Build", digest=digest_of(b"box-secret"))
WANTED = ClientKey(id="", name="ci", digest=b"", concurrency=2)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(opened, None)
    yield opened
    opened.dispose()


def service(database: Database, *in_file: ClientKey) -> ClientKeyService:
    return ClientKeyService(ClientKeyStore(database), ClientKeySpend(database), list(in_file), lambda: 100.0)


def test_a_key_is_made_and_only_its_digest_kept(database: Database) -> None:
    keys = service(database)
    stored, secret = keys.add(WANTED)
    assert well_formed(secret)
    assert stored.key.digest == digest_of(secret.encode())
    assert (stored.ending, stored.created, stored.key.concurrency) == (secret[-4:], 100.0, 2)
    assert keys.holding() == [stored.key]
    with database.read() as connection:
        dump = "\n".join(str(row) for row in connection.exec_driver_sql("SELECT * FROM client_keys"))
    assert secret not in dump


def test_keys_of_a_file_stand_beside_the_others(database: Database) -> None:
    keys = service(database, IN_FILE)
    made, _ = keys.add(WANTED)
    assert keys.holding() == [made.key, IN_FILE]
    page, cursor = keys.page(None, 10, revoked=False)
    assert ([one.key.name for one in page], cursor) == (["ci", "Build"], None)
    assert keys.get("build").key is IN_FILE
    with pytest.raises(Conflict, match="file of client keys"):
        keys.add(ClientKey(id="", name="BUILD", digest=b""))
    for change in (lambda: keys.revoke("build"), lambda: keys.change("file-1", shadow=True)):
        with pytest.raises(InvalidInput, match="CLAUDEFLARE_CLIENT_KEY_FILE"):
            change()
    assert repr(keys) == "<ClientKeyService, 1 in a file>"


def test_a_file_cannot_take_a_name_that_is_taken(database: Database) -> None:
    service(database).add(ClientKey(id="", name="build", digest=b""))
    with pytest.raises(SettingsError, match="claudeflare keys revoke Build"):
        service(database, IN_FILE)
