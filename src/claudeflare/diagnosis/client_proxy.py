"""A proxy for the outside world, which clients would ask for this machine's own server and which cannot reach it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from claudeflare.client.connection import is_loopback
from claudeflare.diagnosis.finding import Finding, warning

PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
"""Whatever the scheme: Claude Code, like others, sends all its requests through the one it finds."""


def check_client_proxy(environ: Mapping[str, str], url: str | None) -> Iterator[Finding]:
    """`url`: where clients go; None where it is not known, and then this machine is meant."""
    try:
        host = urlsplit(url).hostname if url else "127.0.0.1"
    except ValueError:
        return
    name = next((name for name in PROXIES if environ.get(name)), None)
    if name is None or not host or not is_loopback(host):
        return
    excepted = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    if any(_covers(entry, host) for entry in re.split(r"[\s,]+", excepted) if entry):
        return
    summary = f"{name} is set and NO_PROXY does not except {host}: clients would ask the proxy for this machine."
    value = ",".join(part for part in (excepted, "localhost", "127.0.0.1") if part)
    yield warning("clients", summary, f"export NO_PROXY={value}; `claudeflare run` does it by itself")


def _covers(entry: str, host: str) -> bool:
    name = re.sub(r":\d+$", "", entry.lower()) if entry.count(":") == 1 else entry.lower().strip("[]")
    if name == "*" or name.lstrip("*.") == host:
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False
