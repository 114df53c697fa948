"""Records as lines for other programs: JSON as the API answers it, or a table for a spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TextIO

if TYPE_CHECKING:
    from claudeflare.client.resources import Payload, Request


class Rows(Protocol):
    """Writes one record after the other."""

    def write(self, request: Request, payload: Payload | None) -> None:
        """`payload` is None when none is on record, or none is wanted."""


class JsonLines:
    """One object a line; with bodies it has a `payload`, null where there is none."""

    def __init__(self, file: TextIO, *, bodies: bool) -> None:
        self._file = file
        self._bodies = bodies

    def write(self, request: Request, payload: Payload | None) -> None:
        row: dict[str, Any] = dict(request)
        if self._bodies:
            row["payload"] = payload
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")


class Table:
    """CSV (RFC 4180) under a line of names: those of the JSON, and `requestBody` and `responseBody` if wanted."""

    def __init__(self, file: TextIO, *, bodies: bool) -> None:
        self._rows = csv.writer(file)
        self._bodies = bodies
        self._names: list[str] | None = None

    def write(self, request: Request, payload: Payload | None) -> None:
        row: dict[str, Any] = dict(request)
        if self._bodies:
            parts: Mapping[str, Any] = payload or {}
            for part in ("request", "response"):
                row[f"{part}Body"] = (parts.get(part) or {}).get("body")
        if self._names is None:
            self._names = list(row)
            self._rows.writerow(self._names)
        self._rows.writerow([_cell(row[name]) for name in self._names])


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    # A spreadsheet runs text that begins so: a client could put a formula there by its user agent or model.
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
