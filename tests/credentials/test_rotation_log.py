from __future__ import annotations

import stat
from pathlib import Path

import pytest

from claudeflare.credentials.keyring import Keyring
from claudeflare.credentials.kinds import OAuthTokens
from claudeflare.credentials.rotation_log import Rotation, RotationLog
from claudeflare.credentials.secrets import SecretBox
from claudeflare.errors import SecretError

ROTATION = Rotation(
    "spent-secret",
    OAuthTokens(access_token="new-secret", refresh_token="next", expires_at=1.0, client_id="c", token_url="https://t"),
)


@pytest.fixture
def rotations(tmp_path: Path) -> RotationLog:
    opened = RotationLog(tmp_path / "rotations", SecretBox(Keyring([bytes(32)], "here")))
    opened.prepare()
    return opened


def test_the_latest_is_kept_sealed(rotations: RotationLog, tmp_path: Path) -> None:
    assert rotations.get("a") is None
    rotations.put("a", ROTATION)
    assert rotations.get("a") == ROTATION
    [path] = (tmp_path / "rotations").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"secret" not in path.read_bytes()
    assert "secret" not in repr(ROTATION)


def test_one_that_does_not_open_counts_as_none(rotations: RotationLog, tmp_path: Path) -> None:
    rotations.put("a", ROTATION)
    (tmp_path / "rotations" / "a.rotation").rename(tmp_path / "rotations" / "b.rotation")
    assert rotations.get("b") is None


def test_those_of_removed_accounts_go(rotations: RotationLog) -> None:
    rotations.put("a", ROTATION)
    rotations.put("b", ROTATION)
    rotations.forget_all_but({"b"})
    assert rotations.get("a") is None
    assert rotations.get("b") == ROTATION


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    log = RotationLog(tmp_path / "file" / "rotations", SecretBox(Keyring([bytes(32)], "here")))
    with pytest.raises(SecretError, match="cannot be made"):
        log.prepare()
    with pytest.raises(SecretError):
        log.put("a", ROTATION)
