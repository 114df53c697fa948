"""The reader's time zone by name, as the server can be asked in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

LOCALTIME = Path("/etc/localtime")
_FOLDER = "zoneinfo/"


class Zone(NamedTuple):
    """A zone and what the server calls it."""

    name: str
    zone: tzinfo


def local_zone(given: tzinfo | None, environ: Mapping[str, str] = os.environ, localtime: Path = LOCALTIME) -> Zone:
    """`given`, or the system's where that is None; UTC where no name can be found, for both have to be the same.

    `TZ` goes before the link that systems keep in `/etc/localtime` (tzset(3)).
    """
    if given is not None:
        return _named(getattr(given, "key", "UTC"))
    name = environ.get("TZ", "").removeprefix(":")
    if not name:
        try:
            name = os.readlink(localtime)
        except OSError:
            return _named("UTC")
    return _named(name.rpartition(_FOLDER)[2])


def _named(name: str) -> Zone:
    try:
        return Zone(name, ZoneInfo(name))
    except (KeyError, ValueError, OSError):  # no such zone, or no name of one at all
        return Zone("UTC", ZoneInfo("UTC"))
