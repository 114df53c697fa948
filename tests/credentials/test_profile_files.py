from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from claudeflare.credentials.kinds import Profile
from claudeflare.credentials.profile_files import ProfileFiles
from claudeflare.errors import SecretError


def write_profile(directory: Path, *, config: dict[str, Any] | None = None, **tokens: Any) -> Profile:
    (directory / "configs").mkdir(parents=True, exist_ok=True)
    (directory / "credentials").mkdir(exist_ok=True)
    authentication = {"type": "user_oauth", "client_id": "client"}
    stated = {"version": "1.0", "authentication": authentication, "organization_id": "org"} | (config or {})
    (directory / "configs" / "work.json").write_text(json.dumps(stated))
    held = {"version": "1.0", "type": "oauth_token", "access_token": "a", "refresh_token": "r", "expires_at": 1000}
    path = directory / "credentials" / "work.json"
    path.write_text(json.dumps(held | tokens))
    path.chmod(0o600)
    return Profile(directory=str(directory), name="work")


def test_reading_and_writing(tmp_path: Path) -> None:
    files = ProfileFiles(write_profile(tmp_path, extra="kept", config={"base_url": "https://x.example/"}))
    tokens = files.read()
    assert (tokens.access_token, tokens.refresh_token, tokens.expires_at, tokens.client_id) == (
        "a",
        "r",
        1000,
        "client",
    )
    assert tokens.token_url == "https://x.example/v1/oauth/token"
    assert tokens.renewable
    assert "client" not in repr(tokens)
    with files.locked():
        files.write("a2", "r2", 2000.7)
    path = tmp_path / "credentials" / "work.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = {"version": "1.0", "type": "oauth_token", "access_token": "a2", "refresh_token": "r2"}
    assert json.loads(path.read_text()) == content | {"expires_at": 2000, "extra": "kept"}
    assert files.read().version != tokens.version


def test_one_that_another_program_renews(tmp_path: Path) -> None:
    tokens = ProfileFiles(write_profile(tmp_path, config={"authentication": {}}, expires_at=None)).read()
    assert not tokens.renewable
    assert tokens.expires_at is None
    assert tokens.token_url == "https://api.anthropic.com/v1/oauth/token"


def test_tokens_that_lie_elsewhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text('{"access_token": "b"}')
    elsewhere.chmod(0o600)
    profile = write_profile(tmp_path, config={"authentication": {"credentials_path": str(elsewhere)}})
    assert ProfileFiles(profile).read().access_token == "b"


@pytest.mark.parametrize("broken", ["configs", "credentials"])
@pytest.mark.parametrize("content", [None, b"", b"[]", b'{"access_token": 5, "base_url": 5}', b"\xff"])
def test_files_that_cannot_be_used(tmp_path: Path, broken: str, content: bytes | None) -> None:
    files = ProfileFiles(write_profile(tmp_path))
    path = tmp_path / broken / "work.json"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(SecretError, match=r"ant auth login"):
        files.read()


def test_tokens_that_others_can_read(tmp_path: Path) -> None:
    files = ProfileFiles(write_profile(tmp_path))
    (tmp_path / "credentials" / "work.json").chmod(0o644)
    with pytest.raises(SecretError, match="chmod 600"):
        files.read()


def test_a_directory_that_cannot_be_written_is_found_before_a_token_is_spent(tmp_path: Path) -> None:
    files = ProfileFiles(write_profile(tmp_path))
    (tmp_path / "credentials" / ".work.json.lock").mkdir()
    with pytest.raises(SecretError, match="cannot be renewed"), files.locked():
        pass


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\0b"])
def test_names_that_are_no_file_names(name: str) -> None:
    with pytest.raises(SecretError, match="no file name"):
        ProfileFiles(Profile(directory="/tmp", name=name))
