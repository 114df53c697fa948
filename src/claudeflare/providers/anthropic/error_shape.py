"""The API's error documents, read and written: `{"type":"error","error":{"type","message","details"},"request_id"}`."""

from __future__ import annotations

import html
import re
from typing import Any, Final

import msgspec

from claudeflare.providers.anthropic.lenient_json import UNREADABLE, RawJson, text

MESSAGE_LIMIT: Final = 1000
"""Characters kept of an error's message."""

_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{1,500})<", re.IGNORECASE)
# A document cut off at 4 KB cannot be parsed; its error object comes first and its strings are plain enough to find.
_CUT_TYPE = re.compile(rb'"error"\s*:\s*\{\s*"type"\s*:\s*("[a-z_]{1,100}")')
_CUT_MESSAGE = re.compile(rb'"message"\s*:\s*("(?:[^"\\]|\\.){0,2000})')
_CUT_CODE = re.compile(rb'"error_code"\s*:\s*("[a-z_0-9]{1,100}")')


class ApiError(msgspec.Struct, frozen=True):
    """What an error says; None for what it does not."""

    type: str | None = None
    message: str | None = None
    code: str | None = None
    """`details.error_code`, the finest of the three."""


class _Error(msgspec.Struct):
    type: msgspec.Raw = msgspec.Raw()
    message: msgspec.Raw = msgspec.Raw()
    details: msgspec.Raw = msgspec.Raw()


class _Details(msgspec.Struct):
    error_code: msgspec.Raw = msgspec.Raw()


class _Document(msgspec.Struct):
    error: msgspec.Raw = msgspec.Raw()
    error_description: msgspec.Raw = msgspec.Raw()


_error = msgspec.json.Decoder(_Error)
_details = msgspec.json.Decoder(_Details)
_document = msgspec.json.Decoder(_Document)


def parse_error(body: bytes) -> ApiError:
    """Read an error answer's body, or the start of one. Of a web page (the edge's own errors) the title is the message.

    An OAuth error (RFC 6749 section 5.2) is understood as well.
    """
    try:
        document = _document.decode(body)
    except UNREADABLE:
        return _parse_start(body)
    if not document.error:
        return ApiError()
    if (oauth_error := text(document.error)) is not None:
        return ApiError(type=oauth_error, message=text(document.error_description, MESSAGE_LIMIT))
    return error_of(document.error)


def error_of(raw: RawJson) -> ApiError:
    """Read the inner `error` object."""
    try:
        error = _error.decode(raw)
    except UNREADABLE:
        return ApiError()
    try:
        code = text(_details.decode(error.details).error_code)
    except UNREADABLE:
        code = None
    return ApiError(type=text(error.type), message=text(error.message, MESSAGE_LIMIT), code=code)


def error_body(error_type: str, message: str, request_id: str, details: dict[str, Any] | None = None) -> bytes:
    """An error of ours as the API would write it."""
    error: dict[str, Any] = {"type": error_type, "message": message}
    if details is not None:
        error["details"] = details
    return msgspec.json.encode({"type": "error", "error": error, "request_id": request_id})


def error_event(error_type: str, message: str, request_id: str) -> bytes:
    """The same as a complete event of a stream."""
    return b"event: error\ndata: " + error_body(error_type, message, request_id) + b"\n\n"


def _parse_start(body: bytes) -> ApiError:
    if (title := _TITLE.search(body)) is not None:
        return ApiError(message=html.unescape(" ".join(title[1].decode("utf-8", "replace").split())))
    message = _CUT_MESSAGE.search(body)
    return ApiError(
        type=_found(_CUT_TYPE.search(body)),
        message=text(message[1] + b'"', MESSAGE_LIMIT) if message else None,
        code=_found(_CUT_CODE.search(body)),
    )


def _found(match: re.Match[bytes] | None) -> str | None:
    return text(match[1]) if match else None
