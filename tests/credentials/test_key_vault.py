from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from claudeflare.credentials.key_vault import MOVED, FileVault, add_key, forget_keys, open_keys
from claudeflare.errors import SecretError


def test_a_new_key_seals_and_the_old_one_stays(tmp_path: Path) -> None:
    vault = FileVault(tmp_path / "k")
    first = open_keys(vault)
    second = add_key(vault)
    assert list(second.keys) == [second.current, first.current]
    assert list(open_keys(vault).keys) == list(second.keys)
    assert list(forget_keys(vault, {first.current}).keys) == [second.current]


def test_the_last_key_is_never_forgotten(tmp_path: Path) -> None:
    vault = FileVault(tmp_path / "k")
    only = open_keys(vault)
    with pytest.raises(SecretError, match="holds no key"):
        forget_keys(vault, set(only.keys))
    assert open_keys(vault).keys == only.keys


def test_what_its_owner_wrote_stays(tmp_path: Path) -> None:
    path = tmp_path / "k"
    vault = FileVault(path)
    open_keys(vault)
    path.write_bytes(b"# mine\n" + path.read_bytes().rstrip(b"\n") + b"   \n\n# end")
    add_key(vault)
    assert path.read_bytes().startswith(b"# mine\n")
    assert path.read_bytes().endswith(b"# end")
    assert len(open_keys(vault).keys) == 2


def test_a_link_leads_to_the_file_that_changes(tmp_path: Path) -> None:
    (tmp_path / "mounted").mkdir()
    real, link = tmp_path / "mounted" / "k", tmp_path / "k"
    open_keys(FileVault(real))
    link.symlink_to(real)
    add_key(FileVault(link))
    assert link.is_symlink()
    assert len(open_keys(FileVault(real)).keys) == 2


def test_of_many_additions_at_once_none_is_lost(tmp_path: Path) -> None:
    vault = FileVault(tmp_path / "k")
    open_keys(vault)
    threads = [threading.Thread(target=add_key, args=(vault,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(open_keys(vault).keys) == 9


def test_a_file_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="are gone"):
        add_key(FileVault(tmp_path / "k"))
    assert not (tmp_path / "k").exists()


def test_a_directory_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="cannot be opened"):
        add_key(FileVault(tmp_path / "missing" / "k"))


def test_a_note_says_where_keys_went(tmp_path: Path) -> None:
    path = tmp_path / "k"
    path.write_bytes(MOVED + b"They are elsewhere.\n")
    path.chmod(0o600)
    with pytest.raises(SecretError, match=r"^They are elsewhere\.$"):
        open_keys(FileVault(path))


def test_a_change_shows_in_the_state(tmp_path: Path) -> None:
    vault = FileVault(tmp_path / "k")
    assert vault.state() is None
    open_keys(vault)
    before = vault.state()
    assert vault.state() == before
    add_key(vault)
    assert vault.state() != before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_may_not_be_written(tmp_path: Path) -> None:
    vault = FileVault(tmp_path / "d" / "k")
    (tmp_path / "d").mkdir()
    open_keys(vault)
    (tmp_path / "d").chmod(0o500)
    with pytest.raises(SecretError, match="cannot be written"):
        add_key(vault)
