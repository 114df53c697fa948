"""What the parsers report of bytes cut into pieces, in a form that compares: heads, joined body, ends, a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.limits import HeadLimits
from claudeflare.http1.request_parser import RequestHead, RequestParser
from claudeflare.http1.response_parser import ResponseHead, ResponseParser

END = "end"
CUT_OFF = "cut off"


@dataclass(frozen=True)
class Refused:
    status: int


Event = RequestHead | ResponseHead | bytes | str | Refused


class Events:
    """Handler of both parsers; credits chunked request bodies as a connection does."""

    def __init__(self) -> None:
        self.seen: list[Event] = []
        self.parser: RequestParser | None = None

    def on_request(self, head: RequestHead) -> None:
        self.seen.append(head)

    def on_response(self, head: ResponseHead) -> None:
        self.seen.append(head)

    def on_request_body(self, data: bytes) -> None:
        if self.parser is not None:
            self.parser.credit_body(len(data))
        self._body(data)

    def on_response_body(self, data: bytes) -> None:
        self._body(data)

    def on_request_end(self) -> None:
        self.seen.append(END)

    def on_response_end(self) -> None:
        self.seen.append(END)

    def _body(self, data: bytes) -> None:
        assert data, "an empty piece would end a chunked body when it is sent on"
        if self.seen and isinstance(self.seen[-1], bytes):
            self.seen[-1] += data
        else:
            self.seen.append(data)


def read_requests(pieces: Iterable[bytes], limits: HeadLimits | None = None) -> list[Event]:
    """All that a client's bytes mean, with the refusal that ended them."""
    events = Events()
    events.parser = parser = RequestParser(events, limits or HeadLimits())
    try:
        for piece in pieces:
            parser.feed(piece)
    except BadMessage as error:
        events.seen.append(Refused(error.status))
    return events.seen


def read_response(
    pieces: Iterable[bytes], method: bytes = b"POST", *, ended: bool = False, limits: HeadLimits | None = None
) -> list[Event]:
    """All that an upstream's bytes mean; `ended` closes the connection after them."""
    events = Events()
    parser = ResponseParser(limits or HeadLimits())
    parser.expect(method, events)
    try:
        for piece in pieces:
            parser.feed(piece)
        if ended and not parser.end_of_input():
            events.seen.append(CUT_OFF)
    except BadMessage as error:
        events.seen.append(Refused(error.status))
    return events.seen


def byte_by_byte(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [data[start:end] for start, end in pairwise(edges) if start < end]


cut_places = st.lists(st.integers(0, 100_000), max_size=12)
"""Where to cut; `cut` folds them into the length of the data."""

TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

field_names = st.text(TOKEN, min_size=1, max_size=20).map(str.encode)
_inner = st.binary(max_size=40).map(lambda raw: bytes(b for b in raw if b == 9 or (b >= 32 and b != 127)))
field_values = _inner.map(lambda raw: raw.strip(b" \t"))


def plain_fields(reserved: Iterable[bytes] = ()) -> st.SearchStrategy[list[tuple[bytes, bytes]]]:
    """Fields that say nothing about framing, connection or host."""
    unwanted = frozenset(reserved) | {
        b"host", b"connection", b"proxy-connection", b"upgrade", b"content-length", b"transfer-encoding",
        b"content-type", b"authorization", b"x-api-key", b"expect",
    }  # fmt: skip
    names = field_names.filter(lambda name: name.lower() not in unwanted)
    return st.lists(st.tuples(names, field_values), max_size=12)


def lines(*text: str | bytes) -> bytes:
    """A head: these lines and the empty one."""
    encoded: Sequence[bytes] = [line.encode("latin-1") if isinstance(line, str) else line for line in text]
    return b"\r\n".join([*encoded, b"", b""])
