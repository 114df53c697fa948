"""Where an export goes: standard output, or a file that appears only when it is complete."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from claudeflare.errors import InvalidInput


@contextmanager
def export_file(path: Path | None) -> Iterator[TextIO]:
    """Text to write, in UTF-8; None: standard output. The file is the owner's alone. Raises `InvalidInput`."""
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.absolute().parent)
        unfinished = Path(name)
        try:
            # No line ending of the platform's: csv writes its own.
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                yield file
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written ({error.strerror}). Name another file with --output.") from error
