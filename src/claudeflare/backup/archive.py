"""A backup as a file: a ZIP archive, written whole or not at all, checked whole before anything of it is used."""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final, cast

import msgspec

from claudeflare.backup.manifest import FORMAT, MEMBER, Entry, Manifest, TableEntry, is_member
from claudeflare.backup.row_stream import Rows, read_rows, write_rows
from claudeflare.errors import InvalidInput, StorageError

_PIECE: Final = 2**20
_LARGEST_SMALL_FILE: Final = 2**24
"""Bytes; of the manifest and of config.toml."""


class ArchiveWriter:
    """Adds files to an archive. Whatever is added is hashed on its way."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add_rows(self, folder: str, name: str, columns: Iterable[str], batches: Iterable[Rows]) -> Iterator[TableEntry]:
        """Write a table; gives its entry as it stands after each batch, and last the one that counts."""
        member, columns = f"{folder}/{name}.rows", list(columns)
        # In zstd already.
        with self._archive.open(zipfile.ZipInfo(member), "w", force_zip64=True) as file:
            hashing, rows = _Hashing(file), 0
            for count in write_rows(cast(IO[bytes], hashing), batches):
                rows += count
                yield TableEntry(member=member, sha256="", name=name, columns=columns, rows=rows)
        yield TableEntry(member=member, sha256=hashing.sha256, name=name, columns=columns, rows=rows)

    def add_file(self, member: str, content: bytes) -> Entry:
        """Write a small file."""
        self._archive.writestr(zipfile.ZipInfo(member), content)
        return Entry(member=member, sha256=hashlib.sha256(content).hexdigest())

    def close(self, manifest: Manifest) -> None:
        """Write the manifest, which makes it a backup."""
        self.add_file(MEMBER, msgspec.json.format(msgspec.json.encode(manifest)))


class _Hashing:
    """A file that is written to, and the hash of what was."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        """A member of an archive has nothing to be flushed."""

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def new_archive(path: Path, *, replace: bool) -> Iterator[ArchiveWriter]:
    """A file that appears, readable by its owner alone, when the block has ended well.

    Raises `InvalidInput` when there is such a file and `replace` is off, or it is no backup; `StorageError` for trouble
    with the disk.
    """
    if path.exists():
        if not replace:
            raise InvalidInput(f"{path} exists already. Name another file, or add --replace.")
        if not _is_backup(path):
            raise InvalidInput(f"{path} is no backup, so it is not replaced. Name another file.")
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.absolute().parent)
        unfinished = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                    yield ArchiveWriter(archive)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written ({error.strerror or error}). Name a file on a disk with enough room."
        ) from error


class ArchiveReader:
    """An archive whose manifest has been read. Its files are checked by `verify`, and only then to be used."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest, path: Path) -> None:
        self._archive = archive
        self._path = path
        self.manifest = manifest

    def verify(self) -> Iterator[int]:
        """Compare every file with its hash; gives the bytes read so far. Raises `InvalidInput` for damage."""
        done = 0
        for entry in self.manifest.entries:
            found = hashlib.sha256()
            with _readable(self._path), self._archive.open(entry.member) as file:
                while piece := file.read(_PIECE):
                    found.update(piece)
                    done += len(piece)
                    yield done
            if found.hexdigest() != entry.sha256:
                raise InvalidInput(
                    f"{self._path} is damaged: {entry.member} is not what was written. Use another copy."
                )

    def rows(self, entry: TableEntry) -> Iterator[Rows]:
        """A table's rows."""
        with _readable(self._path), self._archive.open(entry.member) as file:
            yield from read_rows(file, entry.name)

    def content(self, entry: Entry) -> bytes:
        """A small file."""
        with _readable(self._path), self._archive.open(entry.member) as file:
            return file.read(_LARGEST_SMALL_FILE)


@contextmanager
def opened_archive(path: Path) -> Iterator[ArchiveReader]:
    """A backup to read. Raises `InvalidInput` when it is none, is cut off, or was written by a newer version."""
    with ExitStack() as stack:
        # Only the opening: what fails within the caller's block is not the archive's fault.
        with _readable(path):
            archive = stack.enter_context(zipfile.ZipFile(path))
            manifest = _manifest(archive, path)
        yield ArchiveReader(archive, manifest, path)


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    names = archive.namelist()
    if MEMBER not in names or archive.getinfo(MEMBER).file_size > _LARGEST_SMALL_FILE:
        raise InvalidInput(f"{path} is an archive, but no backup of Claudeflare's.")
    try:
        content = msgspec.json.decode(archive.read(MEMBER))
        if isinstance(content, dict) and content.get("format") != FORMAT:
            raise InvalidInput(
                f"{path} was written by a newer version ({str(content.get('version'))[:40]}). Install that version."
            )
        manifest = msgspec.convert(content, Manifest)
    except msgspec.MsgspecError as error:
        raise InvalidInput(f"{path} is damaged: its manifest cannot be read. Use another copy.") from error
    expected = sorted([MEMBER, *(entry.member for entry in manifest.entries)])
    strange = [name for name in names if not is_member(name)] + [name for name in expected if not is_member(name)]
    if strange or sorted(names) != expected:
        what = f" ({ascii(strange[0])[:80]})" if strange else ""
        raise InvalidInput(f"{path} does not hold what its manifest says{what}. Use another copy.")
    return manifest


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error) as error:
        raise InvalidInput(f"{path} is no backup, or it is damaged or cut off. Use another copy.") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror or error}).") from error


def _is_backup(path: Path) -> bool:
    try:
        with opened_archive(path):
            return True
    except InvalidInput:
        return False
