from __future__ import annotations

from claudeflare.storage.database import Database
from claudeflare.storage.metadata import MetadataStore


def test_values_are_set_replaced_and_forgotten(database: Database) -> None:
    store = MetadataStore(database)
    assert store.get("strategy") is None
    store.set("strategy", "session")
    store.set("strategy", "weighted")
    store.set("other", "")
    assert store.get("strategy") == "weighted"
    store.delete("strategy")
    store.delete("strategy")
    assert store.get("strategy") is None
    assert store.get("other") == ""
