"""Which names a page in a browser may use to get here: its own name for loopback, and its origin, may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.http1.hosts import (
    ANY_ADDRESS,
    host_allowed,
    host_name,
    is_loopback_name,
    origin_allowed,
    served_names,
    well_formed,
)

ALLOWED = frozenset({"proxy.example", "10.0.0.5", "[2001:db8::1]"})


@pytest.mark.parametrize(
    ("host", "name"),
    [
        (b"localhost", "localhost"),
        (b"LocalHost:8080", "localhost"),
        (b"localhost.", "localhost"),
        (b"localhost.:8080", "localhost"),
        (b"a-b_c.Example:1", "a-b_c.example"),
        (b"127.0.0.1:65535", "127.0.0.1"),
        (b"[::1]", "[::1]"),
        (b"[::1]:8080", "[::1]"),
        (b"[0:0:0:0:0:0:0:1]", "[::1]"),
        (b"[2001:DB8::0001]:1", "[2001:db8::1]"),
        (b"[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
    ],
)
def test_the_name_without_port_in_one_spelling(host: bytes, name: str) -> None:
    assert well_formed(host)
    assert host_name(host) == name


@pytest.mark.parametrize(
    "host",
    [
        b"", b" ", b"localhost ", b" localhost", b"local host", b"user@localhost", b"user:secret@localhost",
        b"localhost:",
        b"localhost:x", b"localhost:123456", b"localhost:1:2", b"localhost:-1", b":8080", b".", b"..", b".localhost",
        b"localhost..", b"a..b", b"localhost/", b"localhost?a", b"localhost#a", b"http://localhost",
        b"localhost,evil.example",
        b"::1", b"[::1", b"::1]", b"[]", b"[localhost]", b"[::1]x", b"[::1%25eth0]", b"[v1.a]", b"localhost\n",
        b"local\x00host",
        b"loc\xc3\xa4lhost", b"loc%61lhost", b"*",
    ],
)  # fmt: skip
def test_malformed_hosts(host: bytes) -> None:
    assert not well_formed(host)
    assert host_name(host) is None
    assert not host_allowed(host, {"*"})


@pytest.mark.parametrize("host", [b"[:::]", b"[1:2:3]", b"[1::2::3]", b"[12345::]", b"[.]", b"[127.0.0.1]"])
def test_brackets_around_what_is_no_address_name_nothing(host: bytes) -> None:
    assert host_name(host) is None
    assert not host_allowed(host, {"*"})


@given(st.binary(max_size=30))
def test_any_bytes_are_a_name_or_none(host: bytes) -> None:
    name = host_name(host)
    if name is not None:
        assert well_formed(host)
        assert name == name.lower()
        assert host_name(name.encode()) == name


@pytest.mark.parametrize(
    "name", ["localhost", "127.0.0.1", "127.1.2.3", "127.255.255.254", "[::1]", "a.localhost", "a.b.localhost"]
)
def test_loopback_names(name: str) -> None:
    assert is_loopback_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "localhost.evil.example", "notlocalhost", "evil-localhost", "127.0.0.1.evil.example", "127.0.0",
        "127.0.0.1.1", "128.0.0.1",
        "1270.0.1.1", "0127.0.0.1", "0.0.0.0", "[::]", "[::2]", "10.0.0.1", "2130706433",
    ],
)  # fmt: skip
def test_names_that_may_be_elsewhere(name: str) -> None:
    assert not is_loopback_name(name)


@pytest.mark.parametrize(
    "host",
    [
        b"localhost:8080", b"LOCALHOST", b"127.0.0.1:1", b"[::1]:8080", b"app.localhost:3000", b"proxy.example",
        b"Proxy.Example.:8080", b"10.0.0.5:80", b"[2001:db8:0:0::1]:80",
    ],
)  # fmt: skip
def test_hosts_that_are_allowed(host: bytes) -> None:
    assert host_allowed(host, ALLOWED)


@pytest.mark.parametrize(
    "host",
    [
        b"evil.example", b"evil.proxy.example", b"proxy.example.evil.example", b"10.0.0.6", b"[2001:db8::2]", b"proxy",
        b"", b"proxy.example@evil.example", b"evil.example:8080",
    ],
)  # fmt: skip
def test_hosts_that_are_not(host: bytes) -> None:
    assert not host_allowed(host, ALLOWED)


def test_a_star_allows_every_name() -> None:
    assert host_allowed(b"anything.example:1", {"*"})
    assert not host_allowed(b"anything.example:1", {"*.example"})


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (b"http://localhost:8080", b"localhost:8080"),
        (b"http://localhost:8080", b"LocalHost:8080"),
        (b"https://proxy.example", b"proxy.example"),
        (b"http://[::1]:8080", b"[::1]:8080"),
        (b"https://proxy.example", b"localhost:8080"),
        (b"https://proxy.example:4443", b"localhost:8080"),
        (b"http://[2001:db8::1]", b"localhost:8080"),
    ],
)
def test_origins_that_are_allowed(origin: bytes, host: bytes) -> None:
    assert origin_allowed(origin, host, ALLOWED)


@pytest.mark.parametrize(
    "origin",
    [
        b"", b"null", b"file://", b"file:///", b"https://evil.example", b"http://localhost", b"http://localhost:3000",
        b"http://127.0.0.1:8080", b"http://evil.localhost:8080", b"http://proxy.example.evil.example",
        b"http://user@localhost:8080", b"http://localhost:8080/", b"http://localhost:8080/a", b"http://", b"://localhost:8080",
        b"//localhost:8080", b"localhost:8080", b"chrome-extension://abcdef", b"app://localhost:8080",
        b"http://localhost:8080 http://evil.example", b"http://localhost:8080,http://evil.example",
    ],
)  # fmt: skip
def test_origins_that_are_not(origin: bytes) -> None:
    assert not origin_allowed(origin, b"localhost:8080", ALLOWED)
    assert not origin_allowed(origin, b"localhost:8080", {"*"})


def test_an_origin_without_a_host_is_not_the_missing_host() -> None:
    assert not origin_allowed(b"http://", b"", ALLOWED)


@pytest.mark.parametrize(
    ("listening_on", "names"),
    [
        ("127.0.0.1", set()),
        ("127.0.0.2", set()),
        ("::1", set()),
        ("localhost", set()),
        ("0.0.0.0", {ANY_ADDRESS}),
        ("::", {ANY_ADDRESS}),
        ("192.0.2.1", {ANY_ADDRESS}),
        ("FD00::1", {ANY_ADDRESS}),
        ("Box.LAN", {"box.lan"}),
    ],
)
def test_what_a_server_answers_for_where_it_listens(listening_on: str, names: set[str]) -> None:
    assert served_names(listening_on, "", ()) == names


def test_what_else_a_server_answers_for() -> None:
    assert served_names("127.0.0.1", "https://Proxy.example:8443", ("A.example", "*")) == {
        "proxy.example",
        "a.example",
        "*",
    }
    assert served_names("::1", "http://[2001:DB8::1]:80", ()) == {"[2001:db8::1]"}
    assert served_names("::1", "https://bücher.example", ()) == {"xn--bcher-kva.example"}


def test_a_server_that_others_reach_answers_for_any_address_and_no_other_name() -> None:
    allowed = served_names("0.0.0.0", "", ())
    for address in (b"192.0.2.1:8080", b"[2001:db8::1]", b"10.0.0.5"):
        assert host_allowed(address, allowed)
        assert not host_allowed(address, served_names("127.0.0.1", "", ()))
        # The pages of its other ports are not its own.
        assert not origin_allowed(b"http://10.0.0.5:3000", address, allowed)
    for name in (b"evil.example", b"192.0.2.1.evil.example", b"0x7f000001.evil", b"3232235777", b"<any address>"):
        assert not host_allowed(name, allowed)
