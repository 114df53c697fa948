from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from claudeflare.credentials.key_rotation import PURPOSE, KeyRotation
from claudeflare.credentials.key_vault import FileVault, add_key
from claudeflare.credentials.keyring import Keyring
from claudeflare.credentials.kinds import OAuthTokens
from claudeflare.credentials.rotation_log import Rotation, RotationLog
from claudeflare.credentials.secrets import SecretBox, key_id_of
from claudeflare.errors import SecretError
from claudeflare.storage import migrate
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.database import Database
from claudeflare.storage.secrets import SealedSecret, SecretStore
from harness.killed_rounds import ENDLESS, killed_rounds


@dataclass
class World:
    """A server's secrets and keys, as one process sees them."""

    directory: Path
    database: Database

    def __post_init__(self) -> None:
        self.path = self.directory / "secret.key"
        self.vault = FileVault(self.path)
        self.box = SecretBox.of(self.vault)
        self.secrets = SecretStore(self.database)
        self.rotation = KeyRotation(self.vault, self.secrets, self.box)

    def add(self, name: str) -> str:
        new = NewAccount(name=name, id=f"id-{name}")
        ciphertext = self.box.seal(f"secret of {name}", PURPOSE, new.id)
        AccountStore(self.database).add(new, 1.0, SealedSecret(self.box.key_id, ciphertext))
        return new.id

    def opened(self, box: SecretBox | None = None) -> dict[str, str]:
        """Every secret, opened with keys newly read."""
        box = box or SecretBox(Keyring.load(self.path))
        return {each: box.open(row.ciphertext, PURPOSE, each) for each, row in self.secrets.all().items()}

    def expected(self) -> dict[str, str]:
        return {each: f"secret of {each.removeprefix('id-')}" for each in self.secrets.all()}


def at(directory: Path) -> World:
    database = Database(f"sqlite:///{directory}/test.db")
    migrate.upgrade(database, None)
    return World(directory, database)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = at(tmp_path)
    for name in ("a", "b", "c"):
        made.add(name)
    yield made
    made.database.dispose()


def test_every_secret_is_sealed_with_a_new_key(world: World) -> None:
    old = world.box.key_id
    generations = {each: row.generation for each, row in world.secrets.all().items()}
    done = world.rotation.rotate()
    assert (done.new_key, done.sealed_anew, done.failed) == (True, 3, ())
    assert done.key_id == world.box.key_id != old
    rows = world.secrets.all()
    assert {key_id_of(row.ciphertext) for row in rows.values()} == {done.key_id}
    assert {row.key_id for row in rows.values()} == {done.key_id}
    assert {each: row.generation for each, row in rows.items()} == generations
    assert world.opened() == world.expected()
    assert Keyring.load(world.path).keys.keys() == {done.key_id, old}


def test_old_keys_go_when_nothing_needs_them(world: World) -> None:
    old = world.box.key_id
    world.path.write_bytes(world.path.read_bytes() + b"# a note of mine\n")
    assert world.rotation.forget() == ()
    new = world.rotation.rotate().key_id
    assert world.rotation.forget() == (old,)
    assert Keyring.load(world.path).keys.keys() == {new}
    assert b"# a note of mine" in world.path.read_bytes()
    assert world.path.stat().st_mode & 0o777 == 0o600
    assert world.opened() == world.expected()
    assert world.rotation.forget() == ()


def test_a_secret_that_does_not_open_is_left_and_keeps_nothing_else_back(world: World) -> None:
    sealed = world.secrets.get("id-b")
    assert sealed is not None
    stranger = SecretBox(Keyring([os.urandom(32)], "lost")).seal("lost", PURPOSE, "id-b")
    world.secrets.put("id-b", "wrong", stranger)
    done = world.rotation.rotate()
    assert (done.sealed_anew, done.failed) == (2, ("id-b",))
    left = world.secrets.get("id-b")
    assert left is not None
    assert left.ciphertext == stranger
    # It needs a key nobody has: that is no interrupted rotation, and the next makes a new key again.
    assert world.rotation.rotate().new_key
    missing = [each for each in world.rotation.key_uses() if not each.present]
    assert [(each.id, each.secrets) for each in missing] == [(key_id_of(stranger), 1)]


def test_keys_of_secrets_that_stay_are_not_forgotten(world: World) -> None:
    row = world.secrets.get("id-a")
    assert row is not None
    altered = row.ciphertext[:-1] + bytes([row.ciphertext[-1] ^ 1])
    world.secrets.put("id-a", row.key_id, altered)
    old = world.box.key_id
    assert world.rotation.rotate().failed == ("id-a",)
    assert world.rotation.forget() == ()
    assert old in Keyring.load(world.path).keys


def test_an_interrupted_rotation_is_finished_without_another_key(world: World) -> None:
    add_key(world.vault)
    world.box.follow()
    world.add("sealed by the new one")
    done = world.rotation.rotate()
    assert (done.new_key, done.sealed_anew) == (False, 3)
    assert len(Keyring.load(world.path).keys) == 2
    assert world.rotation.rotate().new_key


def test_a_secret_that_changes_meanwhile_keeps_its_change(world: World) -> None:
    class Busy(SecretStore):
        """Lets somebody else be faster, once."""

        raced = False

        def seal_anew(self, account_id: str, old: SealedSecret, key_id: str, ciphertext: bytes) -> bool:
            if not self.raced:
                self.raced = True
                changed = SecretBox(Keyring.load(world.path)).seal("refreshed", PURPOSE, account_id)
                world.secrets.put(account_id, key_id_of(changed), changed)
            return super().seal_anew(account_id, old, key_id, ciphertext)

    done = KeyRotation(world.vault, Busy(world.database), world.box).rotate()
    assert done.failed == ()
    assert "refreshed" in world.opened().values()
    assert {key_id_of(row.ciphertext) for row in world.secrets.all().values()} == {done.key_id}


def test_a_refresh_that_began_before_still_replaces_what_it_read(world: World) -> None:
    before = world.secrets.get("id-a")
    assert before is not None
    world.rotation.rotate()
    newer = world.box.seal("refreshed", PURPOSE, "id-a")
    assert world.secrets.replace("id-a", before, world.box.key_id, newer) is not None


def test_an_account_removed_meanwhile_is_no_matter(world: World) -> None:
    class Removing(SecretStore):
        def seal_anew(self, account_id: str, old: SealedSecret, key_id: str, ciphertext: bytes) -> bool:
            if account_id == "id-a":
                AccountStore(world.database).remove("id-a")
            return super().seal_anew(account_id, old, key_id, ciphertext)

    done = KeyRotation(world.vault, Removing(world.database), world.box).rotate()
    assert (done.sealed_anew, done.failed) == (2, ())


def test_another_process_follows_both_ways(world: World) -> None:
    other = SecretBox.of(FileVault(world.path))
    new = world.rotation.rotate().key_id
    assert world.opened(other) == world.expected()
    assert other.key_id == new
    world.rotation.rotate()
    assert key_id_of(other.seal("x", PURPOSE, "y")) == world.box.key_id


def test_a_key_used_again_while_it_is_forgotten_stays(world: World) -> None:
    old_keys = Keyring.load(world.path)
    world.rotation.rotate()

    class Late(FileVault):
        def replace(self, content: bytes) -> None:
            super().replace(content)
            late = SecretBox(old_keys).seal("late", PURPOSE, "id-c")
            world.secrets.put("id-c", old_keys.current, late)

    with pytest.raises(SecretError, match="Try again"):
        KeyRotation(Late(world.path), world.secrets, world.box).forget()
    assert world.opened()["id-c"] == "late"


def test_tokens_written_down_beside_the_database_are_sealed_anew_too(world: World) -> None:
    old = world.box.key_id
    tokens = OAuthTokens(access_token="a", refresh_token="r", expires_at=1.0, client_id="c", token_url="t")
    files = RotationLog(world.directory / "rotations", world.box)
    files.prepare()
    files.put("id-a", Rotation("spent", tokens))
    files.put("id-b", Rotation("lost", tokens))
    stranger = SecretBox(Keyring([os.urandom(32)], "lost")).seal("x", "rotation", "id-b")
    (world.directory / "rotations" / "id-b.rotation").write_bytes(stranger)
    rotation = KeyRotation(world.vault, world.secrets, world.box, files)
    rotation.rotate()
    assert files.key_ids() == {world.box.key_id, key_id_of(stranger)}
    assert rotation.forget() == (old,)
    assert files.get("id-a") == Rotation("spent", tokens)
    assert RotationLog(world.directory / "rotations", SecretBox(Keyring.load(world.path))).get("id-a") is not None


def test_a_key_is_kept_for_what_is_beside_the_database(world: World) -> None:
    class Stubborn:
        def key_ids(self) -> set[str]:
            return {old}

        def seal_anew(self) -> int:
            return 0

    old = world.box.key_id
    rotation = KeyRotation(world.vault, world.secrets, world.box, Stubborn())
    rotation.rotate()
    assert rotation.forget() == ()


def test_a_key_file_that_cannot_be_written_changes_nothing(world: World) -> None:
    class ReadOnly(FileVault):
        def replace(self, content: bytes) -> None:
            raise SecretError("read-only")

    with pytest.raises(SecretError, match="read-only"):
        KeyRotation(ReadOnly(world.path), world.secrets, world.box).rotate()
    assert world.opened() == world.expected()


def test_killed_at_any_point_nothing_is_lost(tmp_path: Path) -> None:
    """A process is killed at its n-th call, for n all over the rotation; the next ends what it began."""
    directories = [tmp_path / str(number) for number in range(20)]
    for directory in directories:
        directory.mkdir()
        world = at(directory)
        for name in "abcdef":
            world.add(name)
        world.database.dispose()
    rounds = [((str(each),), 1 + 400 * number) for number, each in enumerate(directories[1:])]
    statuses = killed_rounds("rotate", [*rounds, ((str(directories[0]),), ENDLESS)])
    assert set(statuses) == {0, -signal.SIGKILL}
    for directory in directories:
        world = at(directory)
        assert world.opened() == world.expected()
        world.rotation.rotate()
        world.rotation.forget()
        assert len(Keyring.load(world.path).keys) == 1
        assert world.opened() == world.expected()
        world.database.dispose()
