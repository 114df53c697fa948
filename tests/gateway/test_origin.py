"""Where upstreams are."""

from __future__ import annotations

import pytest

from claudeflare.gateway.origin import Origin, parse_upstream


@pytest.mark.parametrize(
    ("url", "origin", "host", "prefix"),
    [
        ("https://api.anthropic.com", Origin("api.anthropic.com", 443, True), b"api.anthropic.com", b""),
        ("https://api.anthropic.com:8443/", Origin("api.anthropic.com", 8443, True), b"api.anthropic.com:8443", b""),
        ("http://127.0.0.1:9/a/b/", Origin("127.0.0.1", 9, False), b"127.0.0.1:9", b"/a/b"),
        ("http://[::1]:80", Origin("::1", 80, False), b"[::1]", b""),
        ("http://bücher.example", Origin("xn--bcher-kva.example", 80, False), b"xn--bcher-kva.example", b""),
    ],
)
def test_urls(url: str, origin: Origin, host: bytes, prefix: bytes) -> None:
    upstream = parse_upstream(url)
    assert (upstream.origin, upstream.origin.host_field, upstream.prefix) == (origin, host, prefix)


def test_an_origin_names_itself() -> None:
    assert str(Origin("h", 443, True)) == "https://h"
    assert str(Origin("localhost", 80, False, "/run/c.sock")) == "/run/c.sock"
