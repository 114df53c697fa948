"""What fields say about the body's length; in whole requests this is tested with the smuggling cases."""

from __future__ import annotations

import pytest

from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.framing import SINGLE, content_length, is_chunked, refuse_duplicates


@pytest.mark.parametrize(
    ("named", "length"), [({}, None), ({b"content-length": b"0"}, 0), ({b"content-length": b"012"}, 12)]
)
def test_content_length(named: dict[bytes, bytes], length: int | None) -> None:
    assert content_length(named) == length


def test_is_chunked() -> None:
    assert not is_chunked({}, 1)
    assert is_chunked({b"transfer-encoding": b"chunked"}, 1)
    assert is_chunked({b"transfer-encoding": b"CHUNKED"}, 1)


@pytest.mark.parametrize(
    ("coding", "minor", "status"), [(b"gzip", 1, 501), (b"gzip, chunked", 1, 501), (b"", 0, 501), (b"chunked", 0, 400)]
)
def test_other_codings_are_refused(coding: bytes, minor: int, status: int) -> None:
    with pytest.raises(BadMessage) as caught:
        is_chunked({b"transfer-encoding": coding}, minor)
    assert caught.value.status == status


@pytest.mark.parametrize("name", sorted(SINGLE))
def test_a_second_field_of_a_single_one_is_refused(name: bytes) -> None:
    refuse_duplicates([(name, b"x"), (b"accept", b"x"), (b"accept", b"x")])
    with pytest.raises(BadMessage, match=f"The field {name.decode()} is there more than once") as caught:
        refuse_duplicates([(name, b"x"), (b"accept", b"x"), (name.upper(), b"x")])
    assert caught.value.status == 400
