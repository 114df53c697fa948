"""Header fields as they are stored: most of what they say is said in each request, and so is in a dictionary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
import zstandard

from claudeflare.errors import StorageError

Fields = list[tuple[str, str]]

TYPICAL: Final = """
accept-encoding: gzip, deflate, br, zstd
accept: */*
accept-language: *
sec-fetch-mode: cors
x-stainless-async: false
x-stainless-helper-method: stream
x-stainless-runtime: CPython
x-stainless-lang: python
x-stainless-os: MacOS
x-stainless-arch: arm64
x-api-key: [redacted]
cookie: [redacted]
retry-after: 10
x-should-retry: true
host: localhost:8080
content-type: text/event-stream; charset=utf-8
cache-control: no-cache
content-encoding: gzip
vary: Accept-Encoding
set-cookie: [redacted]
anthropic-ratelimit-unified-status: allowed
anthropic-ratelimit-unified-reset: 1795000000
anthropic-ratelimit-unified-5h-status: allowed
anthropic-ratelimit-unified-5h-reset: 1795000000
anthropic-ratelimit-unified-5h-utilization: 0.5
anthropic-ratelimit-unified-7d-status: allowed_warning
anthropic-ratelimit-unified-7d-reset: 1795000000
anthropic-ratelimit-unified-7d-utilization: 0.5
anthropic-ratelimit-unified-representative-claim: five_hour
anthropic-ratelimit-unified-fallback-percentage: 0.5
anthropic-ratelimit-unified-overage-status: rejected
anthropic-ratelimit-unified-overage-disabled-reason: org_level_disabled
date: Thu, 01 Oct 2026 10:00:00 GMT
content-type: application/json
anthropic-ratelimit-requests-limit: 4000
anthropic-ratelimit-requests-remaining: 3999
anthropic-ratelimit-requests-reset: 2026-10-01T00:00:00Z
anthropic-ratelimit-tokens-limit: 2000000
anthropic-ratelimit-tokens-remaining: 1999000
anthropic-ratelimit-tokens-reset: 2026-10-01T00:00:00Z
anthropic-ratelimit-input-tokens-limit: 2000000
anthropic-ratelimit-input-tokens-remaining: 1999000
anthropic-ratelimit-input-tokens-reset: 2026-10-01T00:00:00Z
anthropic-ratelimit-output-tokens-limit: 400000
anthropic-ratelimit-output-tokens-remaining: 399000
anthropic-ratelimit-output-tokens-reset: 2026-10-01T00:00:00Z
request-id: req_011C
anthropic-organization-id: 01234567-89ab-cdef-0123-456789abcdef
strict-transport-security: [redacted]
via: 1.1 google
cf-cache-status: DYNAMIC
x-robots-tag: none
server: cloudflare
cf-ray: 98abcdef01234567-FRA
host: 127.0.0.1:8080
accept: application/json
content-type: application/json
user-agent: claude-cli/2.0.0 (external, cli)
authorization: [redacted]
anthropic-version: 2023-06-01
anthropic-beta: claude-code-20250219,oauth-2025-04-20,interleaved-thinking-2025-05-14,fine-grained-tool
anthropic-dangerous-direct-browser-access: true
x-app: cli
x-stainless-arch: x64
x-stainless-lang: js
x-stainless-os: Linux
x-stainless-package-version: 0.60.0
x-stainless-retry-count: 0
x-stainless-runtime: node
x-stainless-runtime-version: v22.0.0
x-stainless-timeout: 600
connection: keep-alive
content-length: 20000
"""
"""Of requests and answers. To change a letter of it makes all that is stored unreadable."""

_LEVEL: Final = -1
"""Level 1 takes twice as long for the same size."""

LARGEST: Final = 2**26
"""Bytes that header fields may claim to be: a damaged claim must not take all memory."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Fields)


def pack_each(many: Iterable[Fields]) -> list[bytes]:
    """Pairs in MessagePack, in zstd."""
    compress = zstandard.ZstdCompressor(level=_LEVEL, dict_data=_for_zstd()).compress
    encode = _encoder.encode
    return [compress(encode(fields)) for fields in many]


def unpack(data: bytes) -> Fields:
    """The fields again. Raises `StorageError` when they are damaged."""
    try:
        if zstandard.frame_content_size(data) > LARGEST:
            raise ValueError("no head is as large")
        return _decoder.decode(zstandard.ZstdDecompressor(dict_data=_for_zstd()).decompress(data))
    except (zstandard.ZstdError, ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise StorageError("The header fields of a stored payload are damaged and cannot be read.") from error


def dictionary() -> bytes:
    """In the form of what is packed, whose beginnings and lengths it then has as well."""
    return _encoder.encode([line.split(": ", 1) for line in TYPICAL.strip().splitlines()])


def _for_zstd() -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(dictionary(), dict_type=zstandard.DICT_TYPE_RAWCONTENT)
