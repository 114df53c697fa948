from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace

from claudeflare.credentials.accounts import CredentialService
from claudeflare.credentials.keyring import Keyring
from claudeflare.credentials.kinds import ApiKey, OAuthTokens, StaticToken, StoredSecret, Wif
from claudeflare.credentials.profile_files import ProfileFiles
from claudeflare.credentials.refresh import LoginNeeded, NotRenewed, TokenRefresher
from claudeflare.credentials.refresh_decision import Wish
from claudeflare.credentials.renewal import Renewal
from claudeflare.credentials.rotation_log import Rotation, RotationLog
from claudeflare.credentials.secrets import SecretBox
from claudeflare.credentials.token_endpoint import TokenEndpoint
from claudeflare.errors import Conflict, NotFound, SecretError
from claudeflare.settings import Settings
from claudeflare.storage import migrate
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.database import Database
from claudeflare.storage.secrets import SecretStore
from credentials.test_profile_files import write_profile
from harness.token_server import HTML, LOST, TokenServer

NOW = 1_795_369_200.0
UNAVAILABLE = (503, {}, b"")


@dataclass
class World:
    """One control's refresher, on a database that outlives it."""

    directory: Path
    database: Database
    tokens: TokenServer
    now: float = NOW
    renewed_of: list[tuple[str, bool]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """As after a restart: nothing is in memory."""
        box = SecretBox(Keyring.load(self.directory / "secret.key"))
        self.rotations = RotationLog(self.directory / "rotations", box)
        self.accounts = AccountStore(self.database)
        self.credentials = CredentialService(self.accounts, SecretStore(self.database), box)
        renewal = Renewal(self.credentials, TokenEndpoint(Settings(), 5.0), self.rotations, lambda: self.now)
        self.refresher = TokenRefresher(self.credentials, renewal, self.database, self, lambda: self.now)

    def renewed(self, account_id: str, lifted: bool) -> None:
        self.renewed_of.append((account_id, lifted))

    def login_needed(self, account_id: str, why: str) -> None:
        self.told.append(why)

    def secret(self, **changes: object) -> OAuthTokens:
        return replace(
            OAuthTokens(
                access_token="access-0",
                refresh_token="refresh-0",
                expires_at=self.now + 28_800,
                client_id="client",
                token_url=self.tokens.url,
                lifetime=28_800.0,
            ),
            **changes,
        )

    def add(self, secret: StoredSecret | None = None, mode: str = "max") -> str:
        new = NewAccount(name=mode, mode=mode)
        return self.credentials.add(new, secret or self.secret(), self.now).account.id

    def stored(self, account_id: str) -> OAuthTokens:
        secret = self.credentials.opened(account_id).secret
        assert isinstance(secret, OAuthTokens)
        return secret


@pytest.fixture
def world(tmp_path: Path, tokens: TokenServer) -> Iterator[World]:
    database = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(database, None)
    yield World(tmp_path, database, tokens)
    database.dispose()


def test_a_token_is_renewed_when_it_is_due_and_not_before(world: World) -> None:
    account_id = world.add()
    assert world.refresher.credential(account_id, Wish.DUE).secret == "access-0"
    world.now += 28_800 - 100
    credential = world.refresher.credential(account_id, Wish.DUE)
    assert (credential.secret, credential.generation) == ("access-1", 1)
    assert world.stored(account_id).refresh_token == "refresh-1"
    assert world.renewed_of == [(account_id, False)]
    # By our clock at receipt, and for the time the answer named.
    assert world.stored(account_id).expires_at == world.now + 3600


def test_many_threads_one_renewal(world: World) -> None:
    account_id = world.add(world.secret(expires_at=world.now - 5))
    world.tokens.may_answer.clear()
    with ThreadPoolExecutor(40) as threads:
        asked = [threads.submit(world.refresher.credential, account_id, Wish.EXPIRED, 0) for _ in range(200)]
        assert world.tokens.arrived.wait(10)
        world.tokens.may_answer.set()
        assert {each.result().secret for each in asked} == {"access-1"}
    assert len(world.tokens.requests) == 1


def test_a_late_401_on_an_old_token_gets_the_new_one(world: World) -> None:
    account_id = world.add()
    assert world.refresher.credential(account_id, Wish.REFUSED, 0).generation == 1
    assert world.refresher.credential(account_id, Wish.REFUSED, 0).secret == "access-1"
    assert len(world.tokens.requests) == 1
    with pytest.raises(NotRenewed, match="although it has just been renewed"):
        world.refresher.credential(account_id, Wish.REFUSED, 1)


def test_accounts_out_of_use_are_renewed_like_any(world: World) -> None:
    account_id = world.add()
    world.accounts.set_paused("max", True)
    world.now += 28_790
    assert world.refresher.credential(account_id, Wish.DUE).secret == "access-1"


@pytest.mark.parametrize("fails", [UNAVAILABLE, HTML, (404, {}, b"{}"), (429, {"retry-after": "30"}, b"")])
def test_an_endpoint_in_trouble(world: World, fails: tuple[int, dict[str, str], bytes]) -> None:
    account_id = world.add()
    world.tokens.fails = fails
    world.now += 28_800 - 20
    credential = world.refresher.credential(account_id, Wish.EXPIRED, 0)
    assert (credential.secret, credential.usable_until) == ("access-0", world.now + 20)
    # Asked by every request that comes now, the endpoint is left alone.
    for _ in range(5):
        world.refresher.credential(account_id, Wish.EXPIRED, 0)
    assert len(world.tokens.requests) == 1
    assert world.refresher.trouble(account_id, world.credentials.opened(account_id).state()).words
    world.now += 21
    with pytest.raises(NotRenewed):
        world.refresher.credential(account_id, Wish.EXPIRED, 0)
    assert world.told == []
    world.tokens.fails = None
    world.now += 400
    assert world.refresher.credential(account_id, Wish.EXPIRED, 0).secret == "access-1"
    assert not world.refresher.trouble(account_id, world.credentials.opened(account_id).state()).words


def test_a_refused_grant_needs_a_login_and_a_login_mends_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    account_id = world.add(world.secret(refresh_token="stolen", expires_at=world.now))
    with caplog.at_level(logging.ERROR), pytest.raises(LoginNeeded, match="invalid_grant"):
        world.refresher.credential(account_id, Wish.EXPIRED, 0)
    assert "stolen" not in caplog.text
    assert len(world.told) == 1
    assert world.credentials.opened(account_id).state().refused
    with pytest.raises(LoginNeeded):
        world.refresher.credential(account_id, Wish.DUE)
    assert len(world.tokens.requests) == 1
    # A restart says it again: the first time may have been cut short.
    world.start()
    world.refresher.recover()
    assert len(world.told) == 3
    world.credentials.replace("max", world.secret(refresh_token=world.tokens.current), world.now)
    assert world.refresher.renew(account_id).secret == "access-1"


def test_the_refusal_of_a_token_that_is_no_longer_current_is_harmless(world: World) -> None:
    account_id = world.add(world.secret(refresh_token="superseded", expires_at=world.now))
    signed_in = world.secret(access_token="newer", refresh_token=world.tokens.current)
    world.tokens.on_request = lambda: world.credentials.replace("max", signed_in, world.now) and None
    assert world.refresher.credential(account_id, Wish.EXPIRED, 0).secret == "newer"
    assert world.told == []
    assert not world.credentials.opened(account_id).state().refused


def test_a_login_meanwhile_outranks_what_comes_for_the_old_token(world: World) -> None:
    account_id = world.add(world.secret(expires_at=world.now))
    signed_in = world.secret(access_token="newer", refresh_token="other")
    world.tokens.on_request = lambda: world.credentials.replace("max", signed_in, world.now) and None
    assert world.refresher.credential(account_id, Wish.EXPIRED, 0).secret == "newer"
    world.start()
    world.refresher.recover()
    assert world.stored(account_id) == signed_in


def test_an_answer_that_is_lost_shows_as_a_needed_login(world: World) -> None:
    account_id = world.add(world.secret(expires_at=world.now))
    world.tokens.fails = LOST
    with pytest.raises(NotRenewed):
        world.refresher.credential(account_id, Wish.EXPIRED, 0)
    world.tokens.fails = None
    world.now += 60
    with pytest.raises(LoginNeeded):
        world.refresher.credential(account_id, Wish.EXPIRED, 0)
    assert len(world.told) == 1


@pytest.mark.parametrize("restart", [False, True])
def test_a_database_that_fails_at_the_worst_moment_loses_nothing(world: World, restart: bool) -> None:
    account_id = world.add(world.secret(expires_at=world.now))
    with world.database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE UPDATE ON account_secrets BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    with pytest.raises(Exception):  # noqa: B017 whatever the database says
        world.refresher.credential(account_id, Wish.EXPIRED, 0)
    assert world.tokens.count == 1
    assert world.stored(account_id).access_token == "access-0"
    with world.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")
    if restart:
        world.start()
        world.refresher.recover()
    world.now += 60
    assert world.refresher.credential(account_id, Wish.EXPIRED, 0).secret == "access-1"
    assert len(world.tokens.requests) == 1


def test_an_interrupted_commit_is_made_up_for_at_the_start(world: World) -> None:
    account_id = world.add(world.secret(expires_at=world.now))
    came = world.secret(access_token="access-1", refresh_token="refresh-1")
    world.rotations.prepare()
    world.rotations.put(account_id, Rotation("refresh-0", came))
    world.refresher.recover()
    assert world.stored(account_id) == came
    world.refresher.recover()
    assert world.credentials.opened(account_id).generation == 1


def test_no_token_is_spent_when_what_comes_could_not_be_written(world: World) -> None:
    account_id = world.add(world.secret(expires_at=world.now))
    (world.directory / "rotations").touch()
    with pytest.raises(NotRenewed, match="cannot be made"):
        world.refresher.credential(account_id, Wish.EXPIRED, 0)
    assert world.tokens.requests == []


@pytest.mark.parametrize("skew", [3600.0, -3600.0, 86_400.0])
def test_a_clock_that_is_set_costs_one_renewal_at_most(world: World, skew: float) -> None:
    account_id = world.add(world.secret(expires_at=world.now + 3600, lifetime=3600.0))
    world.now += skew
    for _ in range(20):
        world.refresher.credential(account_id, Wish.DUE)
        world.refresher.credential(account_id, Wish.EXPIRED, 0)
        world.now += 1
    assert len(world.tokens.requests) == (1 if skew > 0 else 0)
    # If the token was dead in truth the API says so, and that is believed whatever the clock.
    generation = world.credentials.credential(account_id).generation
    assert world.refresher.credential(account_id, Wish.REFUSED, generation).generation == generation + 1


@pytest.mark.parametrize("lifetime", [1, 10, 119, None])
def test_short_lives_cause_no_storm(world: World, lifetime: float | None) -> None:
    account_id = world.add(world.secret(expires_at=world.now))
    world.tokens.expires_in = lifetime
    for _ in range(50):
        world.refresher.credential(account_id, Wish.DUE)
    assert len(world.tokens.requests) == 1


def test_an_endpoint_that_does_not_rotate(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    account_id = world.add(world.secret(expires_at=world.now))
    world.tokens.fails = (200, {}, b'{"access_token": "again", "expires_in": 60}')
    assert world.refresher.credential(account_id, Wish.EXPIRED, 0).secret == "again"
    assert world.stored(account_id).refresh_token == "refresh-0"
    assert not list((world.directory / "rotations").iterdir())


def test_what_has_nothing_to_renew(world: World) -> None:
    key = world.add(ApiKey("k"), "api-key")
    with pytest.raises(Conflict, match="no token that Claudeflare renews"):
        world.refresher.renew(key)
    token = world.add(StaticToken("t"), "token")
    with pytest.raises(LoginNeeded, match="cannot be renewed"):
        world.refresher.credential(token, Wish.REFUSED, 0)
    assert len(world.told) == 1
    with pytest.raises(NotFound):
        world.refresher.renew("nobody")


def test_federation(world: World) -> None:
    assertion = world.directory / "jwt"
    wif = Wif(
        assertion_file=str(assertion),
        federation_rule_id="fdrl_1",
        organization_id="org",
        service_account_id="svac_1",
        token_url=world.tokens.url,
    )
    account_id = world.add(wif, "wif")
    with pytest.raises(NotRenewed, match="identity token, cannot be read"):
        world.refresher.credential(account_id, Wish.EXPIRED, 0)
    assertion.write_text("first.jwt.x\n")
    world.now += 10
    world.tokens.fails = (401, {}, b'{"error": {"type": "authentication_error", "message": "Authentication failed"}}')
    with pytest.raises(LoginNeeded, match="Authentication failed"):
        world.refresher.credential(account_id, Wish.EXPIRED, 0)
    with pytest.raises(LoginNeeded):
        world.refresher.credential(account_id, Wish.EXPIRED, 1)
    assert len(world.tokens.requests) == 1
    # Another token in the file is tried.
    assertion.write_text("second.jwt.x\n")
    world.tokens.fails = None
    assert world.refresher.credential(account_id, Wish.EXPIRED, 1).secret == "access-1"
    assert world.tokens.requests[-1][1]["assertion"] == "second.jwt.x"
    assert world.renewed_of == [(account_id, True)]


def test_a_profile_is_renewed_in_its_own_files(world: World) -> None:
    base = world.tokens.url.removesuffix("/v1/oauth/token")
    profile = write_profile(world.directory / "ant", config={"base_url": base}, refresh_token="refresh-0")
    account_id = world.add(profile, "profile")
    before = world.credentials.credential(account_id)
    after = world.refresher.credential(account_id, Wish.EXPIRED, before.generation)
    assert after.secret == "access-1"
    assert ProfileFiles(profile).read().refresh_token == "refresh-1"
    assert world.refresher.credential(account_id, Wish.REFUSED, before.generation) == after
    # Its own program signs in anew after a refusal: no login with us is needed.
    ProfileFiles(profile).write("x", "stolen", 0)
    with pytest.raises(LoginNeeded):
        world.refresher.credential(account_id, Wish.EXPIRED)
    ProfileFiles(profile).write("y", world.tokens.current, world.now + 3600)
    assert world.refresher.credential(account_id, Wish.EXPIRED).secret == "y"
    world.refresher.mended(account_id)
    assert world.renewed_of[-1] == (account_id, True)
    assert not world.credentials.opened(account_id).flagged


def test_a_profile_that_cannot_be_written_spends_nothing(world: World) -> None:
    base = world.tokens.url.removesuffix("/v1/oauth/token")
    profile = write_profile(world.directory / "ant", config={"base_url": base}, refresh_token="refresh-0")
    account_id = world.add(profile, "profile")
    (world.directory / "ant" / "credentials" / ".work.json.lock").mkdir()
    with pytest.raises(NotRenewed, match="cannot be written"):
        world.refresher.credential(account_id, Wish.EXPIRED)
    assert world.tokens.requests == []


def test_a_profile_whose_write_fails_is_written_later(world: World) -> None:
    base = world.tokens.url.removesuffix("/v1/oauth/token")
    profile = write_profile(world.directory / "ant", config={"base_url": base}, refresh_token="refresh-0")
    account_id = world.add(profile, "profile")
    config = world.directory / "ant" / "configs" / "work.json"
    kept = config.read_bytes()
    world.tokens.on_request = config.unlink
    with pytest.raises((NotRenewed, SecretError)):
        world.refresher.credential(account_id, Wish.EXPIRED)
    config.write_bytes(kept)
    world.start()
    world.refresher.recover()
    assert world.credentials.credential(account_id).secret == "access-1"
    assert len(world.tokens.requests) == 1


def test_accounts_do_not_wait_for_one_another(world: World) -> None:
    slow = world.add(world.secret(expires_at=world.now))
    static = world.add(StaticToken("t"), "token")
    world.tokens.may_answer.clear()
    waiting = threading.Thread(target=world.refresher.credential, args=(slow, Wish.EXPIRED, 0))
    waiting.start()
    assert world.tokens.arrived.wait(10)
    assert world.refresher.credential(static, Wish.EXPIRED, 0).secret == "t"
    world.tokens.may_answer.set()
    waiting.join()
