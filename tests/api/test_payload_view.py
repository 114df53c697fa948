from __future__ import annotations

import base64
import gzip
import random
from typing import Any

import pytest

from claudeflare.api.payload_view import part_resource
from claudeflare.journal.payloads import Payload
from harness.conversation_bodies import words

LONG = words(random.Random(1), 200_000)


def shown(body: bytes, encoding: str | None = None, size: int | None = None) -> Any:
    payload = Payload(
        id="r1", at=0.0, part="response", body=body, size=len(body) if size is None else size, content_encoding=encoding
    )
    return part_resource(payload)


def test_text_is_shown_as_it_is() -> None:
    part = shown("{“é”}".encode())
    assert (part.body, part.base64, part.truncated, part.content_encoding) == ("{“é”}", False, False, None)
    assert part.at == "1970-01-01T00:00:00.000Z"
    assert shown(b"").body == ""


def test_encodings_are_undone() -> None:
    part = shown(gzip.compress(LONG.encode(), mtime=0), "gzip")
    assert (part.body, part.base64, part.content_encoding) == (LONG, False, "gzip")


def test_of_what_was_cut_off_the_beginning_is_shown() -> None:
    compressed = gzip.compress(LONG.encode(), mtime=0)
    part = shown(compressed[:50_000], "gzip", len(compressed))
    assert part.truncated
    assert len(part.body) > 50_000
    assert LONG.startswith(part.body)
    assert shown("aé".encode()[:2], size=3).body == "a"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"\xff\xfe", None),
        ("é".encode()[:1], None),
        (b"no gzip", "gzip"),
        (b"{}", "rot13"),
        (gzip.compress(b"\xff", mtime=0), "gzip"),
    ],
)
def test_what_is_no_text_comes_in_base64(body: bytes, encoding: str | None) -> None:
    part = shown(body, encoding)
    assert part.base64
    assert base64.b64decode(part.body) == body


def test_a_bomb_stays_packed() -> None:
    part = shown(gzip.compress(gzip.compress(bytes(2**30 // 4)), mtime=0), "gzip, gzip")
    assert part.base64
