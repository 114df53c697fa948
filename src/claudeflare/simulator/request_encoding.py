"""Decodes compressed request bodies (content-encoding, RFC 9110), up to the API's limit."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # ships no types
import zstandard

from claudeflare.simulator.errors import ApiError

_ZSTD_SLICE = 256
"""zstandard inflates all it is given at once; so little at a time keeps a bomb small."""


class _TooLong(Exception):
    """More than the limit came out."""


def decode_body(raw: bytes, header: str, limit: int) -> bytes:
    """The body without its encodings, the last one applied undone first.

    Raises ApiError 400 for an encoding that is unknown or not what it says, 413 when more than `limit` bytes come out.
    """
    body = raw
    for coding in reversed([part.strip().lower() for part in header.split(",") if part.strip()]):
        if coding == "identity":
            continue
        decode = _DECODERS.get(coding)
        if decode is None:
            raise _error(400, f"Unsupported content-encoding: {coding}", "request_body_encoding_unsupported")
        try:
            body = decode(body, limit)
        except _TooLong as error:
            message = "Request exceeds the maximum size after decoding"
            raise _error(413, message, "request_body_too_large_after_decoding") from error
        except (zlib.error, brotli.error, zstandard.ZstdError, EOFError) as error:
            message = f"The request body is not valid {coding}"
            raise _error(400, message, "request_body_encoding_invalid") from error
    return body


def _error(status: int, message: str, code: str) -> ApiError:
    return ApiError(status, message, details={"error_code": code})


def _inflate(data: bytes, limit: int) -> bytes:
    """gzip and zlib, told apart by their heads."""
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 32)
    decoded = decoder.decompress(data, limit + 1)
    if len(decoded) > limit:
        raise _TooLong
    if not decoder.eof:
        raise EOFError
    return decoded


def _brotli(data: bytes, limit: int) -> bytes:
    decoder, decoded = brotli.Decompressor(), bytearray()
    piece: bytes = data
    while not decoder.is_finished():
        more: bytes = decoder.process(piece, output_buffer_limit=1024 * 1024)
        decoded += more
        if len(decoded) > limit:
            raise _TooLong
        if not more and decoder.can_accept_more_data() and not decoder.is_finished():
            raise EOFError
        piece = b""
    return bytes(decoded)


def _zstd(data: bytes, limit: int) -> bytes:
    decoder, decoded = zstandard.ZstdDecompressor().decompressobj(), bytearray()
    for start in range(0, len(data), _ZSTD_SLICE):
        if decoder.eof:
            break
        decoded += decoder.decompress(data[start : start + _ZSTD_SLICE])
        if len(decoded) > limit:
            raise _TooLong
    if not decoder.eof:
        raise EOFError
    return bytes(decoded)


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _inflate,
    "x-gzip": _inflate,
    "deflate": _inflate,
    "br": _brotli,
    "zstd": _zstd,
}
