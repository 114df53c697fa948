"""Which upstreams are reached through the proxy."""

from __future__ import annotations

import pytest

from claudeflare.gateway.egress import Egress, parse_proxy
from claudeflare.gateway.origin import Origin

PROXY = "http://proxy.example:3128"


def origin(host: str, port: int = 443, *, tls: bool = True) -> Origin:
    return Origin(host, port, tls)


def test_without_a_proxy_everything_goes_straight() -> None:
    assert Egress().proxy_for(origin("api.anthropic.com")) is None


def test_tls_upstreams_are_tunneled() -> None:
    proxy = Egress(PROXY).proxy_for(origin("api.anthropic.com"))
    assert proxy is not None
    assert (proxy.host, proxy.port, proxy.authorization) == ("proxy.example", 3128, None)


@pytest.mark.parametrize(
    "direct",
    [
        origin("api.anthropic.com", 80, tls=False),
        origin("localhost"),
        origin("api.localhost"),
        origin("127.0.0.1"),
        origin("127.9.9.9", 8443),
        origin("::1"),
        Origin("control", 443, True, "/run/control.sock"),
    ],
    ids=str,
)
def test_plain_and_local_upstreams_never_are(direct: Origin) -> None:
    assert Egress(PROXY).proxy_for(direct) is None


@pytest.mark.parametrize(
    ("exception", "host", "port", "direct"),
    [
        ("*", "api.anthropic.com", 443, True),
        ("anthropic.com", "anthropic.com", 443, True),
        ("anthropic.com", "api.anthropic.com", 443, True),
        (".anthropic.com", "api.anthropic.com", 443, True),
        ("*.anthropic.com", "api.anthropic.com", 443, True),
        ("Anthropic.COM", "API.anthropic.com.", 443, True),
        ("anthropic.com", "notanthropic.com", 443, False),
        ("anthropic.com:8443", "api.anthropic.com", 8443, True),
        ("anthropic.com:8443", "api.anthropic.com", 443, False),
        ("10.0.0.0/8", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "11.1.2.3", 443, False),
        ("10.1.2.3", "10.1.2.3", 443, True),
        ("10.1.2.3:443", "10.1.2.3", 443, True),
        ("10.1.2.3:444", "10.1.2.3", 443, False),
        ("fd00::/8", "fd12::1", 443, True),
        ("fd12::1", "fd12::1", 443, True),
        ("[fd12::1]:443", "fd12::1", 443, True),
        ("[fd12::1]:80", "fd12::1", 443, False),
        ("10.0.0.0/8", "ten.example", 443, False),
    ],
)
def test_exceptions(exception: str, host: str, port: int, direct: bool) -> None:
    chosen = Egress(PROXY, ("other.example", exception.lower())).proxy_for(origin(host, port))
    assert (chosen is None) is direct


def test_credentials_are_sent_and_never_shown() -> None:
    proxy = parse_proxy("http://me%40home:p%3Aw@proxy.example:3128")
    assert proxy.authorization == "Basic bWVAaG9tZTpwOnc="
    assert str(proxy) == repr(proxy) == "proxy proxy.example:3128"
    assert "bWV" not in repr(Egress("http://me:pw@proxy.example"))


def test_short_forms() -> None:
    assert parse_proxy("proxy.example").port == 80
    assert parse_proxy("proxy.example:3128").port == 3128
    assert str(parse_proxy("http://[fd00::1]:3128/")) == "proxy [fd00::1]:3128"


@pytest.mark.parametrize(
    "url",
    [
        "https://secret@proxy",
        "socks5://secret@proxy",
        "http://:80",
        "http://proxy:x",
        "http://proxy/secret",
        "http://[::1",
    ],
)
def test_what_is_no_http_proxy_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ValueError, match="not ") as caught:
        parse_proxy(url)
    assert "secret" not in str(caught.value)


def test_a_port_of_other_digits_than_ascii_is_part_of_the_name() -> None:
    # str.isdigit() takes a superscript for a digit, int() does not.
    assert Egress(PROXY, ("example:\u00b280",)).proxy_for(origin("example", 80)) is not None
