"""Reads a form (multipart/form-data, RFC 7578) as it arrives, keeping no more of it than is wanted."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

import msgspec

from claudeflare.simulator.errors import ApiError, invalid

MAX_HEAD_BYTES = 16 * 1024
MAX_VALUE_BYTES = 64 * 1024
"""Of a field that is no file."""
MAX_PARTS = 1000
_PARAMETER = re.compile(r';\s*([\w!#$&+.^`|~*-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)')


class FormPart(msgspec.Struct):
    """One field of a form."""

    name: str
    filename: str | None
    """None: not a file."""
    content_type: str | None
    size: int = 0
    data: bytes = b""
    """A file's content only as far as the reader was told to keep it."""


class FormReader:
    """Takes the body in pieces; `finish` gives the fields."""

    def __init__(self, content_type: str, keep_file_bytes: int = 0) -> None:
        """`keep_file_bytes` is how much of all files together is kept. Raises ApiError 400 when this is no form."""
        self.parts: list[FormPart] = []
        self._delimiter = b"\r\n--" + _boundary(content_type)
        # The first delimiter has no line before it (RFC 2046, 5.1.1).
        self._buffer = bytearray(b"\r\n")
        self._room = keep_file_bytes
        self._content = bytearray()
        self._skip = 0
        """Bytes before a part's content that are not its own."""
        self._step: Callable[[], bool] = self._preamble

    def feed(self, data: bytes) -> None:
        """The next bytes. Raises ApiError 400 when they cannot be part of a form, 413 for a field that is too long."""
        if self._step == self._epilogue:
            return
        self._buffer += data
        while self._step():
            pass

    def finish(self) -> list[FormPart]:
        """All fields in their order. Raises ApiError 400 when the form is not whole."""
        if self._step != self._epilogue:
            raise invalid("The multipart body ends before its closing boundary")
        return self.parts

    def _preamble(self) -> bool:
        found = self._buffer.find(self._delimiter)
        if found < 0:
            # What cannot begin a delimiter is not needed any more.
            del self._buffer[: -len(self._delimiter)]
            return False
        del self._buffer[: found + len(self._delimiter)]
        self._step = self._after_delimiter
        return True

    def _after_delimiter(self) -> bool:
        if len(self._buffer) < 2:
            return False
        mark = bytes(self._buffer[:2])
        if mark == b"--":
            self._step = self._epilogue
            self._buffer.clear()
            return False
        if mark != b"\r\n":
            raise invalid("The multipart body has a malformed boundary")
        # The line's end stays: a part may have no headers at all, and then two ends follow one another.
        self._step = self._head
        return True

    def _head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 and len(self._buffer) <= MAX_HEAD_BYTES:
            return False
        if not 0 <= end <= MAX_HEAD_BYTES or len(self.parts) == MAX_PARTS:
            raise invalid("The multipart body has too many or too large parts")
        self.parts.append(_part(bytes(self._buffer[2:end])))
        del self._buffer[: end + 4]
        # An empty part's delimiter follows its head at once.
        self._buffer[:0] = b"\r\n"
        self._skip = 2
        self._step = self._body
        return True

    def _body(self) -> bool:
        found = self._buffer.find(self._delimiter)
        if found >= 0:
            self._take(found)
            del self._buffer[: len(self._delimiter)]
            self.parts[-1].data = bytes(self._content)
            self._content.clear()
            self._step = self._after_delimiter
            return True
        safe = len(self._buffer) - len(self._delimiter) + 1
        if safe > 0:
            self._take(safe)
        return False

    def _epilogue(self) -> bool:
        return False

    def _take(self, count: int) -> None:
        """So many bytes of the buffer are content, but for the line's end that was put before it."""
        part = self.parts[-1]
        skipped = min(self._skip, count)
        self._skip -= skipped
        piece = self._buffer[skipped:count]
        part.size += len(piece)
        if part.filename is None:
            if part.size > MAX_VALUE_BYTES:
                raise ApiError(413, f"{part.name}: Field exceeds the maximum size")
            self._content += piece
        elif self._room:
            kept = piece[: self._room]
            self._room -= len(kept)
            self._content += kept
        del self._buffer[:count]


def _boundary(content_type: str) -> bytes:
    kind, _, _ = content_type.partition(";")
    parameters = _parameters(content_type)
    if kind.strip().lower() != "multipart/form-data" or not 1 <= len(parameters.get("boundary", "")) <= 70:
        raise invalid("content-type: Expected multipart/form-data with a boundary")
    return parameters["boundary"].encode("latin-1", "replace")


def _part(head: bytes) -> FormPart:
    fields = {}
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            fields[name.strip().lower()] = value.strip()
    disposition = fields.get("content-disposition", "")
    parameters = _parameters(disposition)
    if not disposition.lower().startswith("form-data") or "name" not in parameters:
        raise invalid("The multipart body has a part without a name")
    filename = parameters.get("filename")
    # Clients escape what would end the quotes as a URL would (WHATWG, form submission).
    filename = filename if filename is None else re.sub(r"%(22|0D|0A)", lambda found: unquote(found[0]), filename)
    return FormPart(parameters["name"], filename, fields.get("content-type"))


def _parameters(field: str) -> dict[str, str]:
    found = {}
    for name, value in _PARAMETER.findall(field):
        quoted = len(value) > 1 and value[0] == value[-1] == '"'
        found[name.lower()] = re.sub(r"\\(.)", r"\1", value[1:-1]) if quoted else value
    return found
