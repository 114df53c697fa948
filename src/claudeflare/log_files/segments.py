"""The files that hold log lines: `gateway-0.000003.jsonl` is the third segment of the process `gateway 0`.

A segment is only ever appended to and then deleted. Nothing is renamed: whoever reads one by its name reads on where
it stopped, and a process that still writes to an old one does no harm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"([A-Za-z0-9_-]+)\.(\d{6,})\.jsonl")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Segment:
    """One file."""

    role: str
    number: int
    """Rises by one with each new segment of the role."""
    path: Path


def role_of(process: str) -> str:
    """The role in file names of a process by its name in log lines: `gateway 0` -> `gateway-0`."""
    return _UNFIT.sub("-", process)


def segment(directory: Path, role: str, number: int) -> Segment:
    """The segment of that number, whether it exists or not."""
    return Segment(role, number, directory / f"{role}.{number:06}.jsonl")


def segments(directory: Path) -> dict[str, list[Segment]]:
    """Every segment by role, oldest first. Raises `OSError`, but not for a directory that does not exist."""
    found: dict[str, list[Segment]] = {}
    try:
        names = [path.name for path in directory.iterdir()]
    except FileNotFoundError:
        return found
    for name in names:
        if match := _NAME.fullmatch(name):
            found.setdefault(match[1], []).append(segment(directory, match[1], int(match[2])))
    for series in found.values():
        series.sort(key=lambda each: each.number)
    return found
