"""`claudeflare backup`: everything in one file, but what opens its secrets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claudeflare.cli.data_directory import own_directory, server_beside
from claudeflare.cli.options import JsonOfItsOwn
from claudeflare.cli.output import print_json, say
from claudeflare.cli.row_progress import row_progress
from claudeflare.formatting import count_of

if TYPE_CHECKING:
    from claudeflare.backup.manifest import Manifest


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; it appears when it is complete.")],
    payloads: Annotated[bool, typer.Option("--payloads", help="With what was sent and answered, if kept.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace FILE if it is an older backup.")] = False,
    json: JsonOfItsOwn = False,
) -> None:
    """Write accounts, records and settings to one file, while the server runs or not; the keys to secrets stay here."""
    from claudeflare.backup.creation import create_backup
    from claudeflare.backup.source import opened_source

    this = own_directory(context)
    loaded = this.load()
    with (
        server_beside(this, loaded, filed=True),
        row_progress("Backing up") as progress,
        opened_source(loaded.settings, payloads=payloads) as source,
    ):
        manifest = create_backup(source, file, this.clock(), progress, replace=replace)
    if json:
        print_json(_summary(file, manifest))
    else:
        _say(file, manifest)


def _summary(file: Path, manifest: Manifest) -> dict[str, object]:
    return {
        "file": str(file),
        "bytes": file.stat().st_size,
        "tables": {entry.name: entry.rows for entry in manifest.tables},
        "payloads": manifest.payloads is not None,
        "keyIds": manifest.key_ids,
        "settingsLeftOut": manifest.settings_left_out,
    }


def _say(file: Path, manifest: Manifest) -> None:
    rows = {entry.name: entry.rows for entry in manifest.records}
    bodies = "with their bodies" if manifest.payloads is not None else "without their bodies"
    accounts, requests = count_of(rows["accounts"], "account"), count_of(rows["requests"], "request")
    say(f"{file}: {accounts}, {requests} {bodies}.")
    if manifest.key_ids:
        say(
            f"Not in it: the key that opens its secrets ({', '.join(manifest.key_ids)}). Keep a copy of that apart:"
            " claudeflare secrets show says where it is."
        )
    if manifest.settings_left_out:
        say(f"Not in it either, because they may hold secrets: {', '.join(manifest.settings_left_out)} of config.toml.")
