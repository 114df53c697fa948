"""`ANTHROPIC_BASE_URL` as clients are given it, against where the server is."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from claudeflare.client.connection import is_loopback
from claudeflare.diagnosis.finding import Finding, ok, problem

NAME = "ANTHROPIC_BASE_URL"


def check_base_url(url: str, place: str, server: str | None, known_hosts: frozenset[str], cure: str) -> Finding:
    """`place`: where it is set. `server`: its URL, None where it is not known. `known_hosts` lead there as well."""
    said = f"{NAME} in {place} is {shown_url(url)}"
    parts = _parts(url)
    if parts is None:
        return problem("clients", f"{said}, which is no URL: it begins with http://.", cure)
    host, path = parts.hostname or "", parts.path.rstrip("/")
    if parts.scheme == "https" and is_loopback(host):
        return problem("clients", f"{said}, but the server speaks plain HTTP on this machine, not https.", cure)
    if path.endswith("/v1"):
        return problem("clients", f"{said}: clients add /v1 themselves, and /v1/v1/messages is not found.", cure)
    if host in known_hosts:
        return ok("clients", f"{said}, which leads to this server.")
    if server is not None and not _same(parts, urlsplit(server)):
        return problem("clients", f"{said}, but the server is {server}.", cure)
    if path:
        return problem("clients", f"{said}: the server has nothing at {path}/v1.", cure)
    return ok("clients", f"{said}.")


def shown_url(url: str) -> str:
    """Without what may be a password in it."""
    parts = _parts(url)
    if parts is None:
        return repr(url.rpartition("@")[2])
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def _same(one: SplitResult, other: SplitResult) -> bool:
    """Every name of loopback is this machine."""
    hosts = one.hostname or "", other.hostname or ""
    return _port(one) == _port(other) and (hosts[0] == hosts[1] or all(map(is_loopback, hosts)))


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)
