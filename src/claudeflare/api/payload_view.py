"""A captured body as JSON: text where it is text, with its encoding undone."""

from __future__ import annotations

import base64
import codecs

from claudeflare.api.schemas.payloads import FieldResource, PartResource
from claudeflare.api.times import to_iso
from claudeflare.journal.payloads import Payload
from claudeflare.providers.anthropic.decompression import decompressor

_FED_AT_ONCE = 65_536
"""The decompressor takes answers in small pieces, and bounds what each may become."""


def part_resource(payload: Payload) -> PartResource:
    """One part of the answer."""
    truncated = payload.size > len(payload.body)
    text = _text(payload, truncated)
    return PartResource(
        at=to_iso(payload.at),
        fields=[FieldResource(name=name, value=value) for name, value in payload.fields],
        size=payload.size,
        captured=len(payload.body),
        truncated=truncated,
        content_encoding=payload.content_encoding,
        body=base64.b64encode(payload.body).decode() if text is None else text,
        base64=text is None,
    )


def _text(payload: Payload, truncated: bool) -> str | None:
    """The body as text; None when it is none."""
    plain = _decoded(payload)
    if plain is None:
        return None
    try:
        # Where a body was cut off, so may be its last character.
        return codecs.getincrementaldecoder("utf-8")().decode(plain, final=not truncated)
    except UnicodeDecodeError:
        return None


def _decoded(payload: Payload) -> bytes | None:
    """Its content encoding undone, as far as the body goes; None when that cannot be done."""
    undoing = decompressor((payload.content_encoding or "").encode())
    if undoing is None:
        return payload.body
    body = payload.body
    plain = b"".join([undoing.feed(body[at : at + _FED_AT_ONCE]) for at in range(0, len(body), _FED_AT_ONCE)])
    return None if undoing.failed else plain
