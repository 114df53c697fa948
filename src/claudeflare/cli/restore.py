"""`claudeflare restore`: a backup into this data directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claudeflare.cli.confirmation import confirm
from claudeflare.cli.data_directory import own_directory, server_beside
from claudeflare.cli.options import Yes
from claudeflare.cli.output import say
from claudeflare.cli.row_progress import row_progress
from claudeflare.errors import Conflict, SecretError
from claudeflare.formatting import count_of

if TYPE_CHECKING:
    from claudeflare.backup.manifest import Manifest
    from claudeflare.backup.restoration import Restored
    from claudeflare.settings import Settings


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `claudeflare backup` has written.")],
    yes: Yes = False,
) -> None:
    """Put a backup in the place of accounts and records here. Stop the server first; what was here is kept beside."""
    from claudeflare.access.restored import settle_restored
    from claudeflare.backup.archive import opened_archive
    from claudeflare.backup.restoration import is_empty, restore_backup
    from claudeflare.backup.source import closing_database, database_url
    from claudeflare.home import Home
    from claudeflare.storage.database import Database

    this = own_directory(context)
    loaded = this.load()
    home, url = Home(loaded.settings.home), database_url(loaded.settings)
    with server_beside(this, loaded, filed=False) as server, opened_archive(file) as archive:
        if server is not None:
            raise Conflict(f"A server runs at {server}. Stop it first: its database cannot be replaced under it.")
        if not is_empty(url):
            confirm(f"Replace accounts and records of {home.directory} by those of {file}?", yes=yes)
        with row_progress("Restoring") as progress:
            done = restore_backup(archive, home, url, this.clock(), progress)
        with closing_database(Database(url)) as database:
            settle_restored(database, file.name, this.clock())
        manifest = archive.manifest
    _say(manifest, done)
    _say_keys(manifest, loaded.settings)


def _say(manifest: Manifest, done: Restored) -> None:
    rows = {entry.name: entry.rows for entry in manifest.records}
    say(f"Restored: {count_of(rows['accounts'], 'account')}, {count_of(rows['requests'], 'request')}.")
    for path in done.kept:
        say(f"What was here before is kept in {path}; delete it when you need it no more.")
    if manifest.config is not None and not done.config_restored:
        say("The config.toml that is here was left as it is.")
    if manifest.settings_left_out:
        say(f"Not in the backup, to be set again: {', '.join(manifest.settings_left_out)}.")


def _say_keys(manifest: Manifest, settings: Settings) -> None:
    """Whether the keys here open the secrets that were restored. Makes none."""
    from claudeflare.credentials.keyring import Keyring
    from claudeflare.credentials.vault_choice import chosen_vault
    from claudeflare.home import Home

    try:
        vault = chosen_vault(settings, Home(settings.home))
        content = vault.read()
        present = set() if content is None else set(Keyring.parse(content, vault.place).keys)
    except SecretError as error:
        say(f"The keys here cannot be read: {error}")
        return
    missing = [each for each in manifest.key_ids if each not in present]
    if missing:
        say(
            f"Missing: the key {', '.join(missing)} that its secrets are sealed with. Put your copy of it into"
            f" {vault.place}, below keys that are there; until then those accounts cannot be used."
        )
    elif manifest.key_ids:
        say("The key here opens its secrets.")
