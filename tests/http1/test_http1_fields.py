"""Fields of one connection stay on it."""

from __future__ import annotations

import pytest
from hypothesis import given

from claudeflare.http1.fields import HOP_BY_HOP, connection_options, end_to_end
from http1.wire_events import plain_fields


@pytest.mark.parametrize(
    ("values", "options"),
    [
        ([], set()),
        ([b"close"], {b"close"}),
        ([b"Keep-Alive, X-Trace"], {b"keep-alive", b"x-trace"}),
        ([b"a", b"\tb ,, c "], {b"a", b"b", b"c"}),
        ([b""], set()),
    ],
)
def test_connection_options(values: list[bytes], options: set[bytes]) -> None:
    assert connection_options([(b"CONNECTION", value) for value in values]) == options


def test_hop_by_hop_and_framing_fields_are_left_out() -> None:
    dropped = [(name.title(), b"x") for name in sorted(HOP_BY_HOP)]
    kept = [(b"Accept", b"a"), (b"accept", b"b"), (b"Accept", b"a")]
    framing = [(b"Content-Length", b"3"), (b"Transfer-Encoding", b"chunked")]
    assert end_to_end([*dropped, *kept, *framing]) == kept


def test_nominated_fields_are_left_out() -> None:
    fields = [(b"Connection", b"X-Trace, close"), (b"x-trace", b"1"), (b"X-Other", b"2"), (b"HTTP2-Settings", b"A")]
    assert end_to_end(fields) == [(b"X-Other", b"2"), (b"HTTP2-Settings", b"A")]


def test_the_caller_may_drop_others_instead_of_framing() -> None:
    fields = [(b"Host", b"h"), (b"Content-Length", b"3"), (b"TE", b"trailers")]
    assert end_to_end(fields, frozenset({b"host"})) == [(b"Content-Length", b"3")]


@given(plain_fields(HOP_BY_HOP))
def test_all_other_fields_pass_as_they_are(fields: list[tuple[bytes, bytes]]) -> None:
    assert end_to_end(fields) == fields
    assert end_to_end([*fields, (b"Connection", b"close")]) == fields
