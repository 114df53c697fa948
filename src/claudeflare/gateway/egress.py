"""Which proxy, if any, leads out to an upstream: `HTTPS_PROXY` and `NO_PROXY` read as curl and Go read them."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

import msgspec

from claudeflare.gateway.origin import Origin

PROXY_PORT = 80
"""Of an `http://` proxy whose URL names none."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxy(msgspec.Struct, frozen=True):
    """An HTTP proxy that opens tunnels (RFC 9110 §9.3.6)."""

    host: str
    port: int
    authorization: str | None = None
    """Value of `proxy-authorization`: a secret."""

    def __str__(self) -> str:
        return f"proxy {f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    __repr__ = __str__


class _Exception(msgspec.Struct, frozen=True):
    """One entry of `NO_PROXY`."""

    suffix: str | None = None
    """A domain, without its leading dot: it and everything below it."""
    network: Network | None = None
    port: int | None = None

    def covers(self, host: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None, port: int) -> bool:
        if self.port is not None and self.port != port:
            return False
        if self.network is not None:
            return address is not None and address in self.network
        return host == self.suffix or host.endswith(f".{self.suffix}")


class Egress:
    """The way out, decided for each new connection. Only TLS upstreams are tunneled; loopback never is."""

    def __init__(self, proxy_url: str = "", no_proxy: Iterable[str] = ()) -> None:
        """Both as settings have checked them."""
        self._proxy = parse_proxy(proxy_url) if proxy_url else None
        entries = list(no_proxy)
        self._everything_direct = "*" in entries
        self._exceptions = [_parse_exception(entry) for entry in entries]

    def proxy_for(self, origin: Origin) -> Proxy | None:
        """The proxy to reach this origin through; None: straight there."""
        if self._proxy is None or self._everything_direct or not origin.tls or origin.unix_path is not None:
            return None
        host = origin.host.rstrip(".").lower()
        address = _address(host)
        if host == "localhost" or host.endswith(".localhost") or (address is not None and address.is_loopback):
            return None
        if any(exception.covers(host, address, origin.port) for exception in self._exceptions):
            return None
        return self._proxy

    def __repr__(self) -> str:
        return f"<Egress {self._proxy or 'direct'}>"


def parse_proxy(url: str) -> Proxy:
    """A proxy from its URL; a bare `host:port` counts as `http://`. Raises `ValueError`, which never quotes the URL."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("not a URL") from None
    if parts.scheme != "http" or not host or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("not the URL of an HTTP proxy")
    authorization = None
    if parts.username is not None:
        user_and_password = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = f"Basic {base64.b64encode(user_and_password.encode()).decode()}"
    return Proxy(host, PROXY_PORT if port is None else port, authorization)


def _parse_exception(entry: str) -> _Exception:
    text = entry.strip().lower()
    network = _network(text)
    if network is not None:
        return _Exception(network=network)
    host, colon, port = text.rpartition(":")
    if not (colon and port.isascii() and port.isdigit()):
        host, port = text, ""
    host = host.strip("[]")
    network = _network(host)
    number = int(port) if port else None
    if network is not None:
        return _Exception(network=network, port=number)
    return _Exception(suffix=host.removeprefix("*").strip("."), port=number)


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
