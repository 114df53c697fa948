from __future__ import annotations

import random
from pathlib import Path

from payload_samples import payload

from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.free_space import PAGES_AT_ONCE, FreeSpace
from claudeflare.storage.payload_file import open_payload_file
from claudeflare.storage.payloads import PayloadStore


def test_space_goes_back_to_the_disk_in_steps(tmp_path: Path) -> None:
    path = tmp_path / "payloads.db"
    database = open_payload_file(path)
    store, space = PayloadStore(database), FreeSpace(database)
    store.store([payload("r1", random.Random(1).randbytes(4_000_000))])
    assert space.give_back() == 0
    store.delete_oldest(1)
    while store.drop_unused(1000):
        pass
    assert space.free_bytes() > 3_000_000
    steps = 0
    while given := space.give_back():
        assert given <= PAGES_AT_ONCE * 4096
        steps += 1
    assert 3 <= steps <= 6
    assert space.free_bytes() == 0
    database.dispose()
    assert path.stat().st_size < 200_000


def test_postgresql_looks_after_its_own(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    migrate.upgrade(database, None)
    assert (FreeSpace(database).free_bytes(), FreeSpace(database).give_back()) == (0, 0)
    database.dispose()
