"""The answers in `data/` with what a meter must find in each, and every way of feeding them."""

from __future__ import annotations

import gzip
import itertools
import json
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import brotli
import zstandard

from claudeflare.providers.anthropic.provider import AnthropicProvider
from claudeflare.providers.provider import Meter, Signal

DATA = Path(__file__).parent / "data"
STREAMS = sorted(path.stem for path in (DATA / "streams").glob("*.sse"))
ANSWERS = sorted(path.stem for path in (DATA / "answers").glob("*.json") if not path.stem.endswith(".expected"))


def stream(name: str) -> tuple[bytes, dict[str, Any]]:
    return _captured(DATA / "streams" / f"{name}.sse")


def answer(name: str) -> tuple[bytes, dict[str, Any]]:
    return _captured(DATA / "answers" / f"{name}.json")


def stream_meter(encoding: bytes = b"") -> Meter:
    fields = [(b"Content-Type", b"text/event-stream; charset=utf-8")]
    return AnthropicProvider().meter(200, [*fields, *_encoded(encoding)], streaming=True)


def json_meter(encoding: bytes = b"") -> Meter:
    fields = [(b"Content-Type", b"application/json")]
    return AnthropicProvider().meter(200, [*fields, *_encoded(encoding)], streaming=False)


def feed(meter: Meter, pieces: Iterable[bytes]) -> dict[str, Any]:
    """Feed and finish a meter; what it found, in the form of the expectations."""
    signals = Signal.NOTHING
    for piece in pieces:
        given = meter.feed(piece)
        assert not given & signals & ~Signal.ERROR, "each signal is given once"
        signals |= given
    meter.finish()
    meter.finish()
    return findings(meter, signals)


def findings(meter: Meter, signals: Signal) -> dict[str, Any]:
    names = ("model", "message_id", "stop_reason", "usage", "usage_estimated")
    errors = ("error_type", "error_message", "error_first")
    return {name: getattr(meter, name) for name in (*names, *errors)} | {"signals": [s.name for s in signals]}


def split_at(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted(cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


def bytewise(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def raw_deflate(data: bytes) -> bytes:
    deflating = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflating.compress(data) + deflating.flush()


COMPRESSIONS = {
    b"gzip": gzip.compress,
    b"x-gzip": gzip.compress,
    b"deflate": zlib.compress,
    b"br": brotli.compress,
    b"zstd": zstandard.ZstdCompressor().compress,
    b"gzip, br": lambda data: brotli.compress(gzip.compress(data)),
    b"identity": bytes,
}


def _captured(path: Path) -> tuple[bytes, dict[str, Any]]:
    return path.read_bytes(), json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))


def _encoded(encoding: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"Content-Encoding", encoding)] if encoding else []
