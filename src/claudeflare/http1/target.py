"""The request target: every accepted form becomes one normal form, origin-form (RFC 9112 §3.2)."""

from __future__ import annotations

import re

from claudeflare.http1.bad_message import BadMessage

_VISIBLE = re.compile(rb"[!-~]+\Z")
_AUTHORITY_END = re.compile(rb"[/?]")
_SLASH = rb"[/\\]|%2f|%5c"
_DOT_SEGMENT = re.compile(rb"(?:^|%b)(?:\.|%%2e){1,2}(?:%b|\Z)" % (_SLASH, _SLASH), re.IGNORECASE)


def split_target(target: bytes, method: bytes, host: bytes) -> tuple[bytes, bytes]:
    """Path and query (without `?`) of a request target.

    Raises `BadMessage` for what is no origin-form, or an absolute-form whose authority is not the Host field's:
    which of the two a later hop believes would be anybody's guess.
    """
    if not _VISIBLE.match(target) or b"#" in target:
        raise BadMessage(400, "The request target has a character that must be percent-encoded.")
    if not target.startswith(b"/"):
        target = _origin_form(target, method, host)
    path, _, query = target.partition(b"?")
    return path, query


def _origin_form(target: bytes, method: bytes, host: bytes) -> bytes:
    if target == b"*" and method == b"OPTIONS":
        return target
    scheme, separator, rest = target.partition(b"://")
    if not separator or scheme.lower() not in (b"http", b"https"):
        raise BadMessage(400, "The request target must be a path.")
    end = _AUTHORITY_END.search(rest)
    authority, path = (rest[: end.start()], rest[end.start() :]) if end else (rest, b"")
    if not authority:
        raise BadMessage(400, "The request target names no host.")
    if authority.lower() != host.lower():
        raise BadMessage(400, "The request target and the Host field name different hosts.")
    return path if path.startswith(b"/") else b"/" + path


def has_dot_segment(path: bytes) -> bool:
    """Whether a path holds `.` or `..` segments, in any spelling: upstream it may mean another path."""
    if path.find(b".") < 0 and path.find(b"%2") < 0:
        return False
    return _DOT_SEGMENT.search(path) is not None
