"""The dashboard as it was built: which files there are, and in which encoding each is sent."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import claudeflare

PACKAGED: Final = "dashboard_files"
"""Below the package, where the wheel has them."""
BUILT: Final = "dashboard/dist"
"""Below a checkout, where `make dashboard` puts them."""

INDEX: Final = "index.html"
ENCODINGS: Final = {".br": "br", ".gz": "gzip"}
"""Files beside a file that hold it compressed, best first."""
HASHED: Final = "assets/"
"""Their names change with their contents."""

FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"

mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True, slots=True)
class DashboardFile:
    """One file of the dashboard."""

    path: Path
    content_type: str
    cache_control: str
    etag: str
    """Of the uncompressed contents; each encoding has its own, made of this."""
    encoded: Mapping[str, Path]
    """Content coding -> the file in it."""

    def choose(self, accepted: str) -> tuple[Path, str | None]:
        """The smallest form that `Accept-Encoding` takes (RFC 9110 §12.5.3), and its content coding."""
        wanted = dict(_qualities(accepted))
        for coding, path in self.encoded.items():
            if wanted.get(coding, wanted.get("*", 0.0)) > 0:
                return path, coding
        return self.path, None


def _qualities(accepted: str) -> Iterator[tuple[str, float]]:
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        quality = weight.strip().removeprefix("q=")
        try:
            yield coding.strip(), float(quality) if quality else 1.0
        except ValueError:
            yield coding.strip(), 0.0


class DashboardFiles:
    """All files below a directory, read when first asked for and again whenever it was built anew."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._built_at: int | None = None
        self._files: Mapping[str, DashboardFile] = {}

    def built(self) -> bool:
        """Whether there is a dashboard at all."""
        return INDEX in self._current()

    def find(self, path: str) -> DashboardFile | None:
        """The file at a path below /dashboard; the page itself for every path that the page routes."""
        files = self._current()
        found = files.get(path)
        # A path with a dot in its last part names a file: a page in its place would hide that it is missing.
        if found is None and "." not in path.rpartition("/")[2]:
            found = files.get(INDEX)
        return found

    def _current(self) -> Mapping[str, DashboardFile]:
        try:
            built_at = (self._directory / INDEX).stat().st_mtime_ns
        except FileNotFoundError:
            built_at = None
        if built_at != self._built_at:
            self._files, self._built_at = dict(_found(self._directory)), built_at
        return self._files

    def __repr__(self) -> str:
        return f"<DashboardFiles of {self._directory}>"


def dashboard_directory(package: Path | None = None) -> Path:
    """Where the built dashboard lies: in an installed package, else in the checkout; it need not be there."""
    package = package or Path(claudeflare.__file__).parent
    packaged = package / PACKAGED
    if packaged.is_dir():
        return packaged
    # The compiled build of a checkout lies one folder deeper than its sources.
    checkouts = (each for each in package.parents if (each / BUILT).parent.is_dir())
    return next(checkouts, package) / BUILT


def _found(directory: Path) -> Iterator[tuple[str, DashboardFile]]:
    for path in sorted(directory.rglob("*")):
        if not path.is_file() or path.suffix in ENCODINGS:
            continue
        name = path.relative_to(directory).as_posix()
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        encoded = {coding: path.with_name(path.name + suffix) for suffix, coding in ENCODINGS.items()}
        yield (
            name,
            DashboardFile(
                path=path,
                content_type=f"{content_type}; charset=utf-8" if content_type.startswith("text/") else content_type,
                cache_control=FOR_EVER if name.startswith(HASHED) else ASK_AGAIN,
                etag=hashlib.sha256(path.read_bytes()).hexdigest()[:24],
                encoded={coding: file for coding, file in encoded.items() if file.is_file()},
            ),
        )
