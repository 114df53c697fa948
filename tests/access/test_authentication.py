from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.access.authentication import Authentication, Wait
from claudeflare.access.caller import Caller
from claudeflare.access.control_token import ControlToken
from claudeflare.access.presented_token import COOKIE
from claudeflare.errors import Conflict
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.sessions import SessionStore

NOW = 1_795_000_000.0
LONG = "t" * 32
SHORT = "tulip"
CLIENT = "192.0.2.1"


@pytest.fixture
def store(tmp_path: Path) -> SessionStore:
    database = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(database, None)
    return SessionStore(database)


def of(store: SessionStore, token: str = LONG) -> Authentication:
    return Authentication(ControlToken(token, None), store)


def test_by_token(store: SessionStore) -> None:
    identify = of(store).identify
    assert identify(f"Bearer {LONG}", None, CLIENT, NOW) == (Caller("token", CLIENT), None)
    assert identify(f"Bearer {LONG}", None, None, NOW) == (Caller("command line", None), None)
    for wrong in ("Bearer no", "Bearer é", f"Basic {LONG}", "", None):
        assert identify(wrong, None, CLIENT, NOW) == (Caller("stranger", CLIENT), None)


def test_by_cookie(store: SessionStore) -> None:
    authentication = of(store)
    secret, session = authentication.sessions.open(NOW, CLIENT, None)
    identify = authentication.identify
    assert identify(None, f"a=b; {COOKIE}={secret}", CLIENT, NOW) == (Caller("session", CLIENT, session.id), session)
    assert identify(None, f"{COOKIE}=no", CLIENT, NOW) == (Caller("stranger", CLIENT), None)
    # The token's own value is no cookie, and a wrong token is not made good by a cookie.
    assert identify(None, f"{COOKIE}={LONG}", CLIENT, NOW)[0] == Caller("stranger", CLIENT)
    assert identify("Bearer no", f"{COOKIE}={secret}", CLIENT, NOW)[0] == Caller("stranger", CLIENT)


def test_who_shows_nothing_is_never_kept_waiting(store: SessionStore) -> None:
    identify = of(store).identify
    for _ in range(1000):
        assert identify(None, f"{COOKIE}=old", CLIENT, NOW) == (Caller("stranger", CLIENT), None)


def test_wrong_tokens_are_looked_at_a_few_times(store: SessionStore) -> None:
    identify = of(store).identify
    for _ in range(10):
        assert identify("Bearer no", None, CLIENT, NOW)[0] == Caller("stranger", CLIENT)
    waiting, _ = identify("Bearer no", None, CLIENT, NOW)
    assert isinstance(waiting, Wait)
    assert 5 < waiting.seconds <= 6
    # Nobody finds a long one by trying: its owner need not wait for others to stop.
    assert identify(f"Bearer {LONG}", None, CLIENT, NOW)[0] == Caller("token", CLIENT)
    assert identify("Bearer no", None, "192.0.2.2", NOW)[0] == Caller("stranger", "192.0.2.2")


def test_a_short_token_waits_like_a_wrong_one_but_not_for_long(store: SessionStore) -> None:
    authentication = of(store, SHORT)
    for _ in range(1000):
        assert authentication.try_token(SHORT, CLIENT, NOW) == 0.0
    for _ in range(10):
        assert authentication.try_token("tulips", CLIENT, NOW) is None
    wait = authentication.try_token(SHORT, CLIENT, NOW)
    assert wait is not None
    assert 0 < wait <= 6
    assert authentication.try_token(SHORT, CLIENT, NOW + wait + 0.01) == 0.0


def test_no_secret_in_its_representation(store: SessionStore) -> None:
    assert LONG not in repr(of(store))


def test_rotation_ends_all_that_the_old_token_opened(tmp_path: Path, store: SessionStore) -> None:
    (tmp_path / "control-token").write_text(LONG)
    (tmp_path / "control-token").chmod(0o600)
    authentication = Authentication(ControlToken(LONG, tmp_path / "control-token"), store)
    secret, _ = authentication.sessions.open(NOW, CLIENT, None)
    code, _ = authentication.codes.issue(NOW)
    token, ended = authentication.rotate()
    assert ended == 1
    assert (tmp_path / "control-token").read_text().strip() == token
    assert authentication.sessions.find(secret, NOW) is None
    assert not authentication.codes.redeem(code, NOW)
    assert authentication.identify(f"Bearer {LONG}", None, CLIENT, NOW)[0] == Caller("stranger", CLIENT)
    assert authentication.identify(f"Bearer {token}", None, CLIENT, NOW)[0] == Caller("token", CLIENT)


def test_the_owners_own_token_is_not_rotated_and_nobody_is_signed_out(store: SessionStore) -> None:
    authentication = of(store)
    secret, session = authentication.sessions.open(NOW, CLIENT, None)
    with pytest.raises(Conflict, match="CLAUDEFLARE_TOKEN"):
        authentication.rotate()
    assert authentication.sessions.find(secret, NOW) == session
