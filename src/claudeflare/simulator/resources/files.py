"""Files a workspace has: uploaded ones, of which size and name are kept, and those code execution wrote."""

from __future__ import annotations

import mimetypes
import re
from typing import Any

import msgspec

from claudeflare.simulator.errors import ApiError, invalid
from claudeflare.simulator.resources.shelf import Shelf
from claudeflare.simulator.resources.timestamps import timestamp, timestamp_or_none

MAX_FILE_BYTES = 500 * 1024 * 1024
EXPIRY_SECONDS = (3600, 7_776_000)
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file."""

    id: str
    filename: str
    mime_type: str
    size: int
    created_at: float
    expires_at: float | None = None
    content: bytes | None = None
    """Set for what a tool wrote: only that can be downloaded."""

    def json(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "id": self.id,
            "type": "file",
            "filename": self.filename,
            "mime_type": self.mime_type,
            "size_bytes": self.size,
            "created_at": timestamp(self.created_at),
            "downloadable": self.content is not None,
            "expires_at": timestamp_or_none(self.expires_at),
        }


def usable_file(files: Shelf[StoredFile], workspace_id: str, file_id: str, now: float) -> StoredFile:
    """The file, for its content. Raises ApiError 404 when this workspace has none such, or it has expired."""
    file = known_file(files, workspace_id, file_id)
    if file.expires_at is not None and file.expires_at <= now:
        raise ApiError(404, f"File `{file_id}` has expired.", details={"error_code": "file_expired"})
    return file


def known_file(files: Shelf[StoredFile], workspace_id: str, file_id: str) -> StoredFile:
    """The file, expired or not. Raises ApiError 404 when this workspace has none such."""
    file = files.find(workspace_id, file_id)
    if file is None:
        raise ApiError(404, f"File `{file_id}` not found.")
    return file


def stored_name(filename: str, mime_type: str) -> str:
    """The name a file is kept by: the last part of its path, `unnamed` where there is none.

    Raises ApiError 400 for a name with characters that are not allowed.
    """
    name = re.split(r"[/\\]", filename)[-1]
    if not name:
        return f"unnamed{mimetypes.guess_extension(mime_type) or ''}"
    if len(name) > 255 or _FORBIDDEN.search(name):
        raise invalid("file: Invalid filename: 1 to 255 characters, none of them forbidden")
    return name


def stored_type(filename: str, content_type: str | None) -> str:
    """The MIME type a file is kept by: what its part says, else what its name tells."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return kind or mimetypes.guess_type(filename)[0] or "application/octet-stream"


def lifetime(text: str | None) -> int | None:
    """The field `expires_in_seconds`. Raises ApiError 400 when it is out of its range."""
    if text is None:
        return None
    low, high = EXPIRY_SECONDS
    seconds = int(text) if text.isdecimal() and len(text) < 10 else 0
    if not low <= seconds <= high:
        raise invalid(f"expires_in_seconds: Input should be between {low} and {high}")
    return seconds
