"""Which Host and Origin a request may name, so that a page in a browser cannot reach a server on loopback.

A page whose own name was rebound to 127.0.0.1 sends its name in Host; a page of another site sends it in Origin.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import urlsplit

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})

ANY_ADDRESS = "<any address>"
"""Among allowed names: every IP address. No page can have its name rebound to one, because it has no name."""

_LABEL = rb"[A-Za-z0-9_-]+"
_HOST = re.compile(rb"(?:(?P<name>%b(?:\.%b)*)\.?|\[(?P<ipv6>[0-9A-Fa-f:.]+)\])(?::[0-9]{1,5})?\Z" % (_LABEL, _LABEL))
_LOOPBACK_NET = re.compile(r"127(?:\.[0-9]{1,3}){3}\Z")


def well_formed(host: bytes) -> bool:
    """Whether a Host field is a name or address with an optional port: no userinfo, no spaces, not empty."""
    return _HOST.match(host) is not None


def host_name(host: bytes) -> str | None:
    """The name in a Host field, None when it is malformed.

    Without port, in lower case, without the dot of a fully qualified name, IPv6 as in RFC 5952: as a browser writes it.
    """
    match = _HOST.match(host)
    if match is None:
        return None
    name: bytes | None = match["name"]
    if name is not None:
        return name.decode("ascii").lower()
    try:
        return f"[{IPv6Address(match['ipv6'].decode('ascii'))}]"
    except AddressValueError:
        return None


def is_loopback_name(name: str) -> bool:
    """Whether a name can only mean this machine (RFC 6761 §6.3 for `*.localhost`, RFC 5735 for 127/8)."""
    return name in LOOPBACK_NAMES or name.endswith(".localhost") or _LOOPBACK_NET.match(name) is not None


def served_names(listening_on: str, public_url: str, more: Iterable[str]) -> frozenset[str]:
    """Names beside loopback that requests may give a server: where it listens, its own URL's, and the owner's.

    Pages of these names are trusted too (`origin_allowed`), whatever their port. Hence no address is among them: on
    another port of this machine there may be anybody's pages.
    """
    own, named = listening_on.lower(), urlsplit(public_url).hostname
    names = {name.lower() for name in more}
    if named:
        names.add(f"[{named}]" if ":" in named else named.encode("idna").decode())
    own = f"[{own}]" if ":" in own else own
    if not is_loopback_name(own):
        names.add(ANY_ADDRESS if is_address(own) else own)
    return frozenset(names)


def host_allowed(host: bytes, allowed: Collection[str]) -> bool:
    """Whether a request may name this host: loopback, or one of the owner's; `*` among those allows every name."""
    name = host_name(host)
    return name is not None and (
        is_loopback_name(name) or name in allowed or "*" in allowed or (ANY_ADDRESS in allowed and is_address(name))
    )


def is_address(name: str) -> bool:
    """Whether a host's name, as `host_name` gives it, is an IP address."""
    try:
        IPv4Address(name)
    except AddressValueError:
        return name.startswith("[")
    return True


def origin_allowed(origin: bytes, host: bytes, allowed: Collection[str]) -> bool:
    """Whether a page of `origin` may send this request: it must come from this very host, or from an allowed name.

    `*` does not help here: whoever allows every Host has not invited the pages of every site.
    """
    scheme, separator, authority = origin.partition(b"://")
    if not separator or scheme not in (b"http", b"https"):
        return False
    name = host_name(authority)
    return name is not None and (authority.lower() == host.lower() or name in allowed)
