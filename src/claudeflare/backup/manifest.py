"""What a backup says of itself: who wrote it, what is in it, and how each part can be checked."""

from __future__ import annotations

import re
from typing import Final

import msgspec

FORMAT: Final = 1
"""Rises when older programs could misread what newer ones write."""

MEMBER: Final = "manifest.json"
CONFIG_MEMBER: Final = "config.toml"
_TABLE_MEMBER: Final = re.compile(r"(records|payloads)/[a-z][a-z0-9_]{0,62}\.rows\Z")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the archive."""

    member: str
    sha256: str
    """Of the file as it lies in the archive, in hexadecimal."""


class TableEntry(Entry, frozen=True, kw_only=True):
    """The rows of one table."""

    name: str
    columns: list[str]
    rows: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of it."""

    format: int
    version: str
    """Of the program that wrote it."""
    created_at: float
    """UTC epoch seconds."""
    revision: str
    """Of the database's schema."""
    records: list[TableEntry]
    payloads: list[TableEntry] | None
    """None: bodies are not in it."""
    payload_version: int
    """Of the tables of bodies."""
    key_ids: list[str]
    """Keys that the secrets in it are sealed with."""
    config: Entry | None
    """The server's config.toml, if it had one."""
    settings_left_out: list[str]
    """Settings of that file that hold secrets or belong to the machine, and so are not in it."""

    @property
    def tables(self) -> list[TableEntry]:
        """All of them."""
        return [*self.records, *(self.payloads or ())]

    @property
    def entries(self) -> list[Entry]:
        """Every file beside the manifest."""
        return [*self.tables, *([self.config] if self.config else ())]


def is_member(name: str) -> bool:
    """Whether a backup may hold a file of this name. Nothing is ever written to a path that an archive names."""
    return name in (MEMBER, CONFIG_MEMBER) or _TABLE_MEMBER.match(name) is not None
