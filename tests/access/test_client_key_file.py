from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.access.client_key_file import read_client_key_file
from claudeflare.errors import SecretError, SettingsError
from claudeflare.quotas.client_key import digest_of


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    file = path / "keys"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def test_names_and_keys(tmp_path: Path) -> None:
    first, second = read_client_key_file(
        write(tmp_path, "# for the containers\n\nbuild  box-secret-of-build\r\nnight shift\tsecret-of-the-night\n")
    )
    assert (first.name, first.digest) == ("build", digest_of(b"box-secret-of-build"))
    assert (second.name, second.digest) == ("night shift", digest_of(b"secret-of-the-night"))
    assert first.id != second.id


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("just-a-secret-without-name\n", "line 1, is not `name key`"),
        ("build short\n", "line 1, holds no key"),
        ("build schlüssel-schlüssel\n", "line 1, holds no key"),
        ("build secret-of-the-build\nBUILD secret-of-another\n", "line 2, repeats a name"),
        ("a secret-of-the-build\nb secret-of-the-build\n", "the same key under two names"),
        ("x" * 65 + " secret-of-the-build\n", "line 1, holds no name"),
    ],
)
def test_what_is_wrong_is_named_by_its_line_and_never_quoted(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_client_key_file(write(tmp_path, text))
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        read_client_key_file(tmp_path / "none")
    with pytest.raises(SecretError, match="chmod 600"):
        read_client_key_file(write(tmp_path, "a secret-of-the-build\n", 0o644))
    file = tmp_path / "binary"
    file.write_bytes(b"\xff\xfe")
    file.chmod(0o600)
    with pytest.raises(SettingsError, match="UTF-8"):
        read_client_key_file(file)
