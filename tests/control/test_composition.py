from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from claudeflare.balancing.change import Benched
from claudeflare.control.composition import open_control
from claudeflare.credentials.keyring import Keyring
from claudeflare.errors import SecretError, StorageError
from claudeflare.home import Home
from claudeflare.journal.records import Changed
from claudeflare.journal.writer import JournalWriter
from claudeflare.settings import Settings
from harness.journal_frames import finished
from harness.rest_api import NOW, open_api


def left_behind(home: Path, *frames: object) -> None:
    """What a gateway that is gone wrote down."""
    writer = JournalWriter(home / "journal", 0, os.urandom(16).hex())
    for frame in frames:
        assert writer.append(frame)  # type: ignore[arg-type]
    writer.close()


async def test_what_was_left_in_the_journal_is_part_of_the_first_answer(tmp_path: Path) -> None:
    async with open_api(tmp_path) as api:
        account_id = (await api.add("work"))["id"]
    left_behind(tmp_path, finished("r1"), Changed(NOW, Benched(account_id, "", NOW + 60, "limited")))

    async with open_api(tmp_path) as api:
        assert [line["id"] for line in await api.get("/api/requests")] == ["r1"]
        assert (await api.get("/api/accounts/work"))["rateLimitStatus"] == "limited"
        assert list((tmp_path / "journal").iterdir()) == []


async def test_the_journal_can_be_left_alone(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    async with open_control(settings, tmp_path / "journal"):
        pass
    left_behind(tmp_path, finished("r1"))
    async with open_control(settings, tmp_path / "journal", ingest=False) as control:
        assert control.app.state.services.requests.count() == 0
    assert len(list((tmp_path / "journal").iterdir())) == 1


async def test_everything_made_is_for_the_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "new" / "home")
    async with open_control(Settings(home=str(home.directory)), home.journal) as control:
        assert control.token == home.control_token.read_text().strip()
        assert control.token not in repr(control)
        for directory in (home.directory, home.journal):
            assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        for file in (home.database, home.secret_key, home.control_token):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_accounts_survive_and_the_settings_name_other_files(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-fixed-token\n")
    (tmp_path / "token").chmod(0o600)
    settings = {
        "database_url": f"sqlite:///{tmp_path}/other.db",
        "secret_key_file": str(tmp_path / "other.key"),
        "token_file": str(tmp_path / "token"),
    }
    for _ in range(2):
        async with open_api(tmp_path / "home", **settings) as api:
            assert api.control.token == "a-fixed-token"
            if not await api.get("/api/accounts"):
                await api.add("work")
    assert Keyring.load(tmp_path / "other.key")
    assert not Home(tmp_path / "home").database.exists()


async def test_a_directory_that_cannot_be_made_is_an_error_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="CLAUDEFLARE_HOME"):
        async with open_control(Settings(home=str(tmp_path / "file" / "home")), tmp_path):
            pass


async def test_a_key_that_others_can_read_stops_the_start(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    async with open_control(settings, tmp_path / "journal"):
        pass
    Home(tmp_path).secret_key.chmod(0o644)
    with pytest.raises(SecretError, match="chmod 600"):
        async with open_control(settings, tmp_path / "journal"):
            pass
