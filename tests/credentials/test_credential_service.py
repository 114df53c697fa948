from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from claudeflare.balancing.change import AttentionNeeded
from claudeflare.credentials.accounts import CredentialService
from claudeflare.credentials.keyring import Keyring
from claudeflare.credentials.kinds import ApiKey, OAuthTokens, StaticToken, StoredSecret
from claudeflare.credentials.secrets import SecretBox
from claudeflare.errors import Conflict, InvalidInput, NotFound, SecretError
from claudeflare.providers.provider import Credential
from claudeflare.storage import migrate
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.database import Database
from claudeflare.storage.secrets import SecretStore
from claudeflare.storage.state import StateStore

KEY = "sk-ant-api03-secret"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(opened, None)
    yield opened
    opened.dispose()


@pytest.fixture
def service(database: Database, tmp_path: Path) -> CredentialService:
    box = SecretBox(Keyring.load(tmp_path / "secret.key"))
    return CredentialService(AccountStore(database), SecretStore(database), box)


def test_an_account_is_made_with_its_key(database: Database, service: CredentialService) -> None:
    stored = service.add(NewAccount(name="work", tier=20), ApiKey(f" {KEY}\n"), now=1.0)
    assert AccountStore(database).list() == [stored]
    assert stored.account.tier == 20
    expected = Credential("api-key", KEY, 0)
    assert service.credential(stored.account.id) == expected
    assert service.credentials() == {stored.account.id: expected}


def test_the_key_is_nowhere_on_disk(tmp_path: Path, database: Database, service: CredentialService) -> None:
    service.add(NewAccount(name="work"), ApiKey(KEY), now=1.0)
    database.dispose()
    for path in tmp_path.iterdir():
        assert KEY.encode() not in path.read_bytes()


def test_replacing_a_key_raises_its_generation(service: CredentialService) -> None:
    account_id = service.add(NewAccount(name="work"), ApiKey(KEY), now=1.0).account.id
    assert service.replace("WORK", ApiKey(" other"), now=2.0).account.id == account_id
    assert service.credential(account_id) == Credential("api-key", "other", 1)


def test_nothing_is_made_of_a_bad_key_or_a_taken_name(database: Database, service: CredentialService) -> None:
    with pytest.raises(InvalidInput):
        service.add(NewAccount(name="work"), ApiKey(" "), now=1.0)
    assert AccountStore(database).list() == []
    service.add(NewAccount(name="work"), ApiKey(KEY), now=1.0)
    with pytest.raises(Conflict):
        service.add(NewAccount(name="Work"), ApiKey(KEY), now=1.0)
    assert len(service.credentials()) == 1


def test_only_accounts_of_its_mode_have_an_api_key(database: Database, service: CredentialService) -> None:
    with pytest.raises(InvalidInput, match=r"mode 'max' is not opened by this\. Use mode api-key"):
        service.add(NewAccount(name="work", mode="max"), ApiKey(KEY), now=1.0)
    AccountStore(database).add(NewAccount(name="max", mode="max"), now=1.0)
    with pytest.raises(InvalidInput, match="mode 'max'"):
        service.replace("max", StaticToken("x"), now=2.0)


def test_accounts_without_a_credential(database: Database, service: CredentialService) -> None:
    account = AccountStore(database).add(NewAccount(name="bare"), now=1.0).account
    with pytest.raises(NotFound, match="has no credential"):
        service.credential(account.id)
    with pytest.raises(NotFound):
        service.replace("nobody", ApiKey(KEY), now=1.0)
    assert service.credentials() == {}


def test_one_secret_that_does_not_open_leaves_the_others_usable(
    database: Database, service: CredentialService, caplog: pytest.LogCaptureFixture
) -> None:
    good = service.add(NewAccount(name="good"), ApiKey(KEY), now=1.0).account.id
    bad = service.add(NewAccount(name="bad"), ApiKey(KEY), now=2.0).account.id
    secrets = SecretStore(database)
    moved = secrets.get(good)
    assert moved is not None
    secrets.put(bad, moved.key_id, moved.ciphertext)
    with pytest.raises(SecretError, match="belongs to another account"):
        service.credential(bad)
    with caplog.at_level(logging.ERROR):
        assert set(service.credentials()) == {good}
    assert bad in caplog.text
    assert KEY not in caplog.text


def test_a_lost_key_file(database: Database, service: CredentialService) -> None:
    account_id = service.add(NewAccount(name="work"), ApiKey(KEY), now=1.0).account.id
    other = SecretBox(Keyring([os.urandom(32)], "another file"))
    with pytest.raises(SecretError, match="Put that key back"):
        CredentialService(AccountStore(database), SecretStore(database), other).credential(account_id)


def test_a_secret_of_a_kind_to_come(database: Database, tmp_path: Path) -> None:
    box = SecretBox(Keyring.load(tmp_path / "secret.key"))
    service = CredentialService(AccountStore(database), SecretStore(database), box)
    account = AccountStore(database).add(NewAccount(name="work"), now=1.0).account
    sealed = box.seal('{"type":"retina","scan":"very secret"}', "account", account.id)
    SecretStore(database).put(account.id, box.key_id, sealed)
    with pytest.raises(SecretError, match="kind this version does not know") as caught:
        service.credential(account.id)
    assert caught.value.__cause__ is None
    assert "very secret" not in str(caught.value)


TOKENS = OAuthTokens(
    access_token="access",
    refresh_token="refresh",
    expires_at=1000.0,
    client_id="c",
    token_url="https://t",
    lifetime=800.0,
)


@pytest.mark.parametrize(
    ("mode", "secret", "expected"),
    [
        ("console", ApiKey(KEY), Credential("api-key", KEY)),
        ("token", StaticToken(" tok "), Credential("bearer", "tok")),
        ("max", TOKENS, Credential("bearer", "access", usable_until=970.0)),
        ("console", TOKENS, Credential("bearer", "access", usable_until=970.0)),
    ],
)
def test_what_gateways_get_of_each_kind(
    service: CredentialService, mode: str, secret: StoredSecret, expected: Credential
) -> None:
    account_id = service.add(NewAccount(name="work", mode=mode), secret, now=1.0).account.id
    assert service.credential(account_id) == expected
    assert service.opened(account_id).flagged is False


def test_a_new_sign_in_ends_what_the_old_one_was_out_for(database: Database, service: CredentialService) -> None:
    account_id = service.add(NewAccount(name="work", mode="max"), TOKENS, now=1.0).account.id
    state = StateStore(database)
    state.apply([AttentionNeeded(account_id, "needs login")], 2.0)
    service.replace("work", TOKENS, now=3.0)
    assert state.load(4.0) == []
    assert service.credential(account_id).generation == 1


def test_a_renewal_replaces_what_it_renewed_and_nothing_else(service: CredentialService) -> None:
    account_id = service.add(NewAccount(name="work", mode="max"), TOKENS, now=1.0).account.id
    old = service.opened(account_id)
    new = service.commit(old, structs.replace(TOKENS, access_token="next"))
    assert new is not None
    assert new == service.opened(account_id)
    assert service.commit(old, TOKENS) is None
    assert service.credential(account_id).secret == "next"
