"""Small files that hold a secret: created whole and readable by their owner alone, never read when others may."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from claudeflare.errors import SecretError


def read_private_file(path: Path) -> bytes | None:
    """The file's bytes; None when there is no such file.

    Raises `SecretError` when group or others may read or write it, or when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            # Of the open file, not of the path: nobody can swap it between the check and the read.
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise SecretError(f"{path} can be read by others (mode {mode:04o}). Run: chmod 600 {path}")
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SecretError(
            f"{path} cannot be read ({error.strerror}). Make it readable by the user who runs this."
        ) from error


def create_private_file(path: Path, content: bytes) -> bool:
    """Create the file with mode 0600; False when one exists already, which is left alone.

    It appears whole or not at all, so that a second process starting at the same moment never reads half of it.
    """
    # A hard link fails where the name exists, like O_EXCL, but on a file that is already complete.
    return _place(path, content, os.link)


def replace_private_file(path: Path, content: bytes) -> None:
    """Create the file or replace all of it, with mode 0600. Raises `SecretError` when it cannot be written."""
    _place(path, content, os.replace)


def _place(path: Path, content: bytes, move: Callable[[str, Path], object]) -> bool:
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # created with mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            move(temporary, path)
        finally:
            Path(temporary).unlink(missing_ok=True)
        _sync_directory(path.parent)
    except FileExistsError:
        return False
    except OSError as error:
        raise SecretError(f"{path} cannot be written ({error.strerror}). Check {path.parent} and its disk.") from error
    return True


def _sync_directory(directory: Path) -> None:
    """A new name is only safe from a power loss once its directory is written; a lost key is lost secrets."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
