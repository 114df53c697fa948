"""Where an upstream is: scheme, host, port, or a Unix socket."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec


class Origin(msgspec.Struct, frozen=True, cache_hash=True):
    """One upstream server; connections are pooled by it, looked up for every request."""

    host: str
    port: int
    tls: bool
    unix_path: str | None = None

    @property
    def host_field(self) -> bytes:
        """The Host field's value: the port only where it is not the scheme's own (RFC 9110 §7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}").encode("ascii")

    def __str__(self) -> str:
        return self.unix_path or f"{'https' if self.tls else 'http'}://{self.host_field.decode()}"


class Upstream(msgspec.Struct, frozen=True):
    """An origin and what comes before every path there."""

    origin: Origin
    prefix: bytes
    host_field: bytes
    """The origin's, made once: it goes into every request."""


def parse_upstream(url: str) -> Upstream:
    """An upstream from a URL that settings have already checked."""
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
    origin = Origin(host=host, port=parts.port or (443 if tls else 80), tls=tls)
    return Upstream(origin, parts.path.rstrip("/").encode("ascii"), origin.host_field)
