from __future__ import annotations

import asyncio
from typing import Any

import pytest

from claudeflare.gateway.peer import peer_address


class Transport(asyncio.BaseTransport):
    """Knows the other end, or does not any more."""

    def __init__(self, peer: object) -> None:
        super().__init__({"peername": peer})


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        (("192.0.2.1", 4711), "192.0.2.1"),
        (("2001:db8::1", 4711, 0, 0), "2001:db8::1"),
        (("::ffff:192.0.2.1", 4711, 0, 0), "192.0.2.1"),
        (("fe80::1%eth0", 4711, 0, 2), "fe80::1%eth0"),
        ("", ""),
        (None, ""),
    ],
)
def test_the_other_end(peer: Any, address: str) -> None:
    assert peer_address(Transport(peer)) == address
