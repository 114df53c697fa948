"""Real sockets on loopback, and what is said when they cannot be had."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
from pathlib import Path

import pytest

from claudeflare.errors import AlreadyRunning, SettingsError
from claudeflare.supervisor.sockets import (
    PublicAddress,
    close_all,
    listen_private,
    listen_public,
    remove_private,
    resolve,
)

IPV4 = PublicAddress("127.0.0.1", socket.AF_INET, "127.0.0.1", 0)


def now() -> float:
    return asyncio.get_running_loop().time()


def at_port(port: int) -> PublicAddress:
    return PublicAddress("127.0.0.1", socket.AF_INET, "127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "address", "url", "loopback"),
    [
        ("127.0.0.1", "127.0.0.1", "http://127.0.0.1:80", True),
        ("127.9.9.9", "127.9.9.9", "http://127.9.9.9:80", True),
        ("localhost", "127.0.0.1", "http://localhost:80", True),
        ("::1", "::1", "http://[::1]:80", True),
        ("0.0.0.0", "0.0.0.0", "http://0.0.0.0:80", False),
        ("::", "::", "http://[::]:80", False),
        ("192.0.2.1", "192.0.2.1", "http://192.0.2.1:80", False),
    ],
)
async def test_hosts(host: str, address: str, url: str, loopback: bool) -> None:
    resolved = await resolve(host, 80)
    assert (resolved.address, resolved.url(80), resolved.is_loopback) == (address, url, loopback)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("192.0.2.1", "http://192.0.2.1:80"),
        ("127.0.0.1", "http://127.0.0.1:80"),
    ],
)
async def test_where_programs_of_this_machine_find_it(host: str, url: str) -> None:
    assert (await resolve(host, 80)).local_url(80) == url


async def test_a_scope_is_no_obstacle() -> None:
    assert not PublicAddress("fe80::1%eth0", socket.AF_INET6, "fe80::1%eth0", 80).is_loopback


async def test_an_unknown_host() -> None:
    with pytest.raises(SettingsError, match=r"host '999\.1\.1\.1' is not an address this machine knows: "):
        await resolve("999.1.1.1", 80)


async def test_one_worker_has_one_socket() -> None:
    (sock,) = await listen_public(IPV4, 1, deadline=now())
    with sock, socket.create_connection(sock.getsockname()):
        assert not sock.get_inheritable()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one socket is shared")
async def test_each_worker_has_a_socket_on_linux() -> None:
    sockets = await listen_public(IPV4, 3, deadline=now())
    assert len({sock.getsockname() for sock in sockets}) == 1
    assert len({sock.fileno() for sock in sockets}) == 3
    close_all(sockets)
    close_all(sockets)


@pytest.mark.parametrize(("first", "second"), [(1, 1), (2, 1), (1, 2), (2, 2)])
async def test_a_port_is_never_shared_with_another_server(first: int, second: int) -> None:
    sockets = await listen_public(IPV4, first, deadline=now())
    port = sockets[0].getsockname()[1]
    with pytest.raises(AlreadyRunning) as caught:
        await listen_public(at_port(port), second, deadline=now())
    assert str(caught.value) == (
        f"port {port} on 127.0.0.1 is taken by another program; stop it, or choose another with --port or PORT"
    )
    close_all(sockets)
    close_all(await listen_public(at_port(port), second, deadline=now()))


async def test_a_port_that_becomes_free_is_waited_for() -> None:
    sockets = await listen_public(IPV4, 1, deadline=now())
    port = sockets[0].getsockname()[1]
    waiting = asyncio.get_running_loop().create_task(listen_public(at_port(port), 1, deadline=now() + 30))
    await asyncio.sleep(0)
    close_all(sockets)
    close_all(await waiting)


async def test_connections_that_just_ended_are_no_obstacle() -> None:
    (sock,) = await listen_public(IPV4, 1, deadline=now())
    address = sock.getsockname()
    with socket.create_connection(address) as client:
        server_side, _ = sock.accept()
        server_side.close()  # ours closes first, and so has to wait in TIME_WAIT
        assert client.recv(1) == b""
    sock.close()
    close_all(await listen_public(at_port(address[1]), 1, deadline=now()))


async def test_ipv6_alone_and_both() -> None:
    for host, only in (("::1", 1), ("::", 0)):
        address = await resolve(host, 0)
        try:
            (sock,) = await listen_public(address, 1, deadline=now())
        except SettingsError:
            pytest.skip("this machine has no IPv6")
        with sock:
            assert sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == only


async def test_an_address_of_another_machine() -> None:
    with pytest.raises(SettingsError) as caught:
        await listen_public(await resolve("192.0.2.1", 0), 1, deadline=now())
    assert str(caught.value) == ("host 192.0.2.1 is not an address of this machine; choose another with --host or HOST")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may use every port")
async def test_a_privileged_port() -> None:
    with pytest.raises(SettingsError, match="port 1 may not be used by this user"):
        await listen_public(at_port(1), 1, deadline=now())


def test_controls_socket_is_private_and_replaces_a_stale_one(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    for _ in range(2):  # the second time over what a killed server left
        sock, path = listen_private(directory)
        with sock:
            assert stat.S_IMODE(directory.stat().st_mode) == 0o700
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(path))
    remove_private(path)
    assert not directory.exists()
    remove_private(path)


def test_a_directory_with_something_else_in_it_stays(tmp_path: Path) -> None:
    sock, path = listen_private(tmp_path / "run")
    sock.close()
    (path.parent / "other").touch()
    remove_private(path)
    assert path.parent.exists()


def test_a_runtime_directory_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    directory.mkdir()
    directory.chmod(0o755)
    listen_private(directory)[0].close()
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_a_runtime_directory_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="belongs to somebody else; remove it, or set XDG_RUNTIME_DIR"):
        listen_private(tmp_path / "run")


def test_a_runtime_directory_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be made: No such file or directory; set XDG_RUNTIME_DIR"):
        listen_private(tmp_path / "missing" / "run")


def test_a_path_too_long_for_a_socket(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be made: AF_UNIX path too long"):
        listen_private(tmp_path / ("x" * 120))
