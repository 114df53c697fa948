"""A data directory to back up: accounts with sealed secrets, requests, bodies."""

from __future__ import annotations

from pathlib import Path

import pytest
from place import Place

from claudeflare.journal.payloads import Payload
from claudeflare.storage.payload_file import open_payload_file
from claudeflare.storage.payloads import PayloadStore
from harness.data_directory import NOW, seed


@pytest.fixture
def full(tmp_path: Path) -> Place:
    place = Place(tmp_path / "full")
    seed(place.home.directory)
    payloads = open_payload_file(place.home.payloads)
    body = b"What was asked. " * 400
    PayloadStore(payloads).store([Payload(id="cf_1", at=NOW, part="request", body=body, size=len(body))])
    payloads.dispose()
    return place


@pytest.fixture
def empty(tmp_path: Path) -> Place:
    return Place(tmp_path / "empty")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.zip"
