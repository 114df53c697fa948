"""Secrets planted on purpose, and a search for them in whatever form they could have got somewhere."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import zstandard

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
LARGEST_INFLATED = 2**24
SHORTEST = 16
"""Bytes a secret must have: shorter ones are found where they are not."""


def forms(secret: str) -> dict[str, bytes]:
    """The secret as it could appear: as it is, or in the encodings that headers, URLs, JSON and dumps use."""
    assert len(secret) >= SHORTEST
    plain = secret.encode()
    found = {
        "plain": plain,
        "hex": plain.hex().encode(),
        "url": quote(secret, safe="").encode(),
        "url+": quote_plus(secret).encode(),
        "utf-16": secret.encode("utf-16-le"),
        "reversed": plain[::-1],
        "without its head": plain[-SHORTEST:],
    }
    # In base64 a text looks different by where in the whole it begins; ends depend on what stands beside it.
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + plain).rstrip(b"=")
        begin = -(-shift * 8 // 6)
        found[f"base64+{shift}"] = encoded[begin : len(encoded) - 1]
        found[f"base64url+{shift}"] = found[f"base64+{shift}"].replace(b"+", b"-").replace(b"/", b"_")
    return found


def search(places: Mapping[str, bytes], secrets: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Place, secret and form of every one that is found, inside what is compressed as well."""
    wanted = [(name, form, text) for name, secret in secrets.items() for form, text in forms(secret).items()]
    found = []
    for place, content in places.items():
        everything = content + b"\n".join(inflated(content))
        found += [(place, name, form) for name, form, text in wanted if text in everything]
    return found


def inflated(content: bytes) -> list[bytes]:
    """What every zstd frame and zlib stream in it holds, as far as that can be read."""
    parts = []
    for magic in (ZSTD_MAGIC, b"\x1f\x8b\x08", b"\x78\x9c"):
        at = content.find(magic)
        while at >= 0:
            try:
                if magic == ZSTD_MAGIC:
                    with zstandard.ZstdDecompressor().stream_reader(content[at:]) as stream:
                        parts.append(stream.read(LARGEST_INFLATED))
                else:
                    parts.append(zlib.decompressobj(wbits=47).decompress(content[at:], LARGEST_INFLATED))
            except (zstandard.ZstdError, zlib.error):
                pass  # looked like one and was none
            at = content.find(magic, at + 1)
    return parts


def files(directory: Path) -> dict[str, bytes]:
    """Every file below a directory."""
    found = {}
    for path in directory.rglob("*"):
        try:
            if path.is_file():
                found[str(path.relative_to(directory))] = path.read_bytes()
        except FileNotFoundError:
            pass  # a segment that was just filed
    return found
