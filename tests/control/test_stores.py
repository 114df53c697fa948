"""Opening a data directory: made and migrated, a killed restore finished first, a clear word where it cannot be."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from claudeflare.control.stores import open_stores
from claudeflare.errors import StorageError
from claudeflare.home import Home
from claudeflare.settings import Settings
from claudeflare.storage.accounts import NewAccount


async def test_what_is_stored_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    home = Home(str(tmp_path / "home"))
    settings = Settings(home=str(home.directory))
    async with AsyncExitStack() as stack:
        stores = await open_stores(settings, home, stack)
        stores.accounts.add(NewAccount(name="work"), 1.0)
        stores.metadata.set("strategy", "weighted")
    async with AsyncExitStack() as stack:
        stores = await open_stores(settings, home, stack)
        assert [each.account.name for each in stores.accounts.list()] == ["work"]
        assert stores.metadata.get("strategy") == "weighted"
        assert stores.payloads.totals().payloads == 0


async def test_a_directory_that_cannot_be_made_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    home = Home(str(tmp_path / "file" / "home"))
    async with AsyncExitStack() as stack:
        with pytest.raises(StorageError, match=r"file/home cannot be made .* CLAUDEFLARE_HOME"):
            await open_stores(Settings(home=str(home.directory)), home, stack)
