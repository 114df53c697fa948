from __future__ import annotations

import stat
from pathlib import Path

import pytest

from claudeflare.access.control_token import ControlToken
from claudeflare.errors import Conflict, SecretError, SettingsError
from claudeflare.settings import Settings


def private(path: Path, content: str) -> Path:
    path.write_text(content)
    path.chmod(0o600)
    return path


def test_the_first_start_makes_a_token_and_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "control-token"
    token = ControlToken.load(Settings(), path)
    assert len(token.value) == 43
    assert path.read_text() == token.value + "\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ControlToken.load(Settings(), path).value == token.value


def test_tokens_differ(tmp_path: Path) -> None:
    assert ControlToken.load(Settings(), tmp_path / "a").value != ControlToken.load(Settings(), tmp_path / "b").value


def test_the_owners_token_comes_first_and_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "control-token"
    file = private(tmp_path / "mine", "from-file\n")
    assert ControlToken.load(Settings(token="mine", token_file=str(file)), path).value == "mine"
    assert ControlToken.load(Settings(token_file=str(file)), path).value == "from-file"
    assert not path.exists()


@pytest.mark.parametrize("content", ["", " \n", "two words", "zwei\nzeilen", "naïve", "x\x07"])
def test_tokens_no_request_could_carry(tmp_path: Path, content: str) -> None:
    file = private(tmp_path / "mine", content)
    with pytest.raises(SettingsError, match="holds no usable token"):
        ControlToken.load(Settings(token_file=str(file)), tmp_path / "control-token")
    with pytest.raises(SettingsError, match="holds no usable token"):
        ControlToken.load(Settings(), file)
    if content:
        with pytest.raises(SettingsError, match="The setting `token` holds no usable token"):
            ControlToken.load(Settings(token=content), tmp_path / "control-token")


def test_a_token_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"names .*mine, which does not exist"):
        ControlToken.load(Settings(token_file=str(tmp_path / "mine")), tmp_path / "control-token")


@pytest.mark.parametrize("owners", [True, False])
def test_a_file_others_can_read_is_refused(tmp_path: Path, owners: bool) -> None:
    file = private(tmp_path / "token", "abc")
    file.chmod(0o640)
    settings = Settings(token_file=str(file)) if owners else Settings()
    with pytest.raises(SecretError, match="chmod 600"):
        ControlToken.load(settings, file)


@pytest.mark.parametrize("candidate", [None, "", "abcd", "ab", "ABC", "äbc", "abc\ud800", " abc"])
def test_wrong_tokens(candidate: str | None) -> None:
    assert not ControlToken("abc", None).check(candidate)


def test_the_right_token() -> None:
    assert ControlToken("abc", None).check("abc")


def test_rotating(tmp_path: Path) -> None:
    path = tmp_path / "control-token"
    token = ControlToken.load(Settings(), path)
    old = token.value
    new = token.rotate()
    assert new != old
    assert token.check(new)
    assert not token.check(old)
    assert ControlToken.load(Settings(), path).value == new
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_owners_token_is_not_ours_to_rotate(tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="Change it there"):
        ControlToken.load(Settings(token="mine"), tmp_path / "control-token").rotate()


def test_tokens_are_not_shown(tmp_path: Path) -> None:
    token = ControlToken.load(Settings(), tmp_path / "control-token")
    assert token.value not in repr(token)
    assert "mine" not in repr(ControlToken("mine", None))
