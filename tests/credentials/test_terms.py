from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from claudeflare.credentials.terms import SUBSCRIPTIONS, TERMS_ACCEPTED, Acceptance, TermsRecord
from claudeflare.errors import TermsNotAccepted
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.metadata import MetadataStore


@pytest.fixture
def metadata(tmp_path: Path) -> Iterator[MetadataStore]:
    database = Database(f"sqlite:///{tmp_path / 'test.db'}")
    migrate.upgrade(database, tmp_path / "backups")
    yield MetadataStore(database)
    database.dispose()


def test_a_no_brings_the_text(metadata: MetadataStore) -> None:
    record = TermsRecord(metadata)
    with pytest.raises(TermsNotAccepted) as caught:
        record.require(False, 1000.0)
    assert caught.value.details == record.shown()
    assert record.shown()["acceptedAt"] is None
    assert record.shown()["readMore"][0].startswith("https://")


def test_the_first_yes_is_remembered(metadata: MetadataStore) -> None:
    record = TermsRecord(metadata)
    record.require(True, 1000.0)
    record.require(True, 2000.0)
    assert record.accepted_at() == 1000.0
    assert record.shown()["acceptedAt"] == "1970-01-01T00:16:40Z"
    assert TermsRecord(metadata).accepted_at() == 1000.0


def test_another_text_is_to_be_accepted_again(metadata: MetadataStore) -> None:
    metadata.set(TERMS_ACCEPTED, msgspec.json.encode(Acceptance("2020-01-01", 1000.0)).decode())
    record = TermsRecord(metadata)
    assert record.accepted_at() is None
    record.require(True, 2000.0)
    assert record.accepted_at() == 2000.0
    assert SUBSCRIPTIONS.as_of > "2020"
