"""Which Host and Origin a request may name, so that a page in a browser cannot reach a server on loopback.

A page whose own name was rebound to 127.0.0.1 sends its name in Host; a page of another site sends it in Origin.
"""

from __future__ import annotations

import re
from collections.abc import Collection

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})

_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?\Z")


def host_name(host: bytes) -> str | None:
    """The name in a Host field, in lower case, without port; None when it is malformed."""
    match = _HOST.match(host)
    return match[1].decode("ascii").lower() if match else None


def is_loopback_name(name: str) -> bool:
    """Whether a name can only mean this machine (RFC 6761 §6.3 for `*.localhost`, RFC 5735 for 127/8)."""
    return name in LOOPBACK_NAMES or name.endswith(".localhost") or re.fullmatch(r"127(\.\d{1,3}){3}", name) is not None


def host_allowed(host: bytes, allowed: Collection[str]) -> bool:
    """Whether a request may name this host: loopback, or one of the owner's."""
    name = host_name(host)
    return name is not None and (is_loopback_name(name) or name in allowed or "*" in allowed)


def origin_allowed(origin: bytes, host: bytes, allowed: Collection[str]) -> bool:
    """Whether a page of `origin` may send this request: it must come from this very host, or an allowed one."""
    scheme, separator, authority = origin.partition(b"://")
    if not separator or scheme not in (b"http", b"https"):
        return False
    return authority.lower() == host.lower() or ((name := host_name(authority)) is not None and name in allowed)
