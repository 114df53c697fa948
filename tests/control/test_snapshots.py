from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.api.strategy_choice import StrategyChoice
from claudeflare.control.snapshots import SnapshotSource
from claudeflare.credentials.accounts import CredentialService
from claudeflare.credentials.keyring import Keyring
from claudeflare.credentials.kinds import ApiKey
from claudeflare.credentials.secrets import SecretBox
from claudeflare.providers.provider import Credential
from claudeflare.quotas.client_key import digest_of
from claudeflare.settings import Settings
from claudeflare.storage import migrate
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.database import Database
from claudeflare.storage.metadata import MetadataStore
from claudeflare.storage.secrets import SecretStore


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(opened, None)
    yield opened
    opened.dispose()


def source(database: Database, key_file: Path) -> tuple[SnapshotSource, CredentialService, AccountStore]:
    accounts = AccountStore(database)
    credentials = CredentialService(accounts, SecretStore(database), SecretBox(Keyring.load(key_file)))
    settings = Settings(session_duration=60_000)
    strategy = StrategyChoice(settings, {}, MetadataStore(database))
    return SnapshotSource(settings, accounts, credentials, strategy), credentials, accounts


def test_a_snapshot_holds_accounts_credentials_and_policy(database: Database, tmp_path: Path) -> None:
    snapshots, credentials, accounts = source(database, tmp_path / "secret.key")
    work = credentials.add(NewAccount(name="work", tier=5), ApiKey("sk-ant-work"), 1.0).account
    bare = accounts.add(NewAccount(name="bare"), 2.0).account
    accounts.set_paused("bare", True)

    snapshot = snapshots.load(7)
    assert snapshot.version == 7
    assert snapshot.accounts == [accounts.get("bare").account, work]
    assert snapshot.credentials == {work.id: Credential("api-key", "sk-ant-work", 0)}
    assert bare.id not in snapshot.credentials
    assert (snapshot.strategy, snapshot.session_seconds) == ("session", 60.0)
    assert "sk-ant-work" not in repr(snapshot)


def test_an_account_whose_secret_does_not_open_does_not_stop_the_others(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source(database, tmp_path / "lost.key")[1].add(NewAccount(name="lost"), ApiKey("sk-ant-lost"), 1.0)
    snapshots, credentials, _ = source(database, tmp_path / "secret.key")
    work = credentials.add(NewAccount(name="work"), ApiKey("sk-ant-work"), 2.0).account
    with caplog.at_level(logging.ERROR):
        assert [*snapshots.load(1).credentials] == [work.id]
    assert "cannot be used" in caplog.text


def test_a_snapshot_tells_gateways_the_control_token_by_its_digest_alone(database: Database, tmp_path: Path) -> None:
    _, credentials, accounts = source(database, tmp_path / "secret.key")
    settings = Settings()
    strategy = StrategyChoice(settings, {}, MetadataStore(database))
    tokens = iter(("first", "second"))
    snapshots = SnapshotSource(settings, accounts, credentials, strategy, control_token=lambda: next(tokens))
    assert snapshots.load(1).control_token == digest_of(b"first")
    assert snapshots.load(2).control_token == digest_of(b"second")
