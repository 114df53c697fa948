"""The life of a whole server, as real processes."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from server_under_test import Planes, StartServer, plane_command

from claudeflare.errors import AlreadyRunning
from claudeflare.home import Home
from claudeflare.supervisor.lock import lock_home

pytestmark = pytest.mark.timeout(20)


async def ask(url: str) -> str:
    """Who takes a connection to the server."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    answer = (await reader.read()).decode()
    writer.close()
    return answer


async def test_start_announce_and_drain(start_server: StartServer) -> None:
    server = await start_server(CLAUDEFLARE_TOKEN="hunter2")
    control, [gateway], url = await server.ready()
    assert url.startswith("http://127.0.0.1:")
    assert json.loads((server.home / "server.json").read_text()) == {"pid": server.process.pid, "url": url}
    assert stat.S_IMODE((server.home / "server.json").stat().st_mode) == 0o600
    assert await ask(url) == f"gateway {gateway.pid}"

    start = await control.until("ControlStart")
    assert (start["token"], start["port_from"]) == ("hunter2", "environment PORT")
    path = Path(start["path"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    reader, writer = await asyncio.open_unix_connection(path)
    assert await reader.read() == f"control {control.pid}".encode()
    writer.close()

    server.process.terminate()
    await gateway.until("SIGTERM")
    gateway.tell("exit 0")
    await gateway.gone()
    with pytest.raises(ConnectionError):  # refused or reset, rather than queue for somebody who will not come
        await ask(url)
    await control.until("SIGTERM")
    assert (server.home / "server.json").exists()
    control.tell("exit 0")
    status, output, _ = await server.ended()
    assert (status, output) == (0, "")
    assert not (server.home / "server.json").exists()
    assert not path.parent.exists()


async def test_control_is_asked_to_stop_only_when_the_gateways_have_ended(start_server: StartServer) -> None:
    server = await start_server(CLAUDEFLARE_WORKERS="2")
    control, gateways, _ = await server.ready(2)
    server.process.terminate()
    for gateway in gateways:
        await gateway.until("SIGTERM")
    gateways[0].tell("exit 0")
    await control.until("unlinked", worker=0)  # and not SIGTERM yet:
    assert "SIGTERM" not in [report["event"] for report in control.seen]
    gateways[1].tell("exit 0")
    await control.until("SIGTERM")
    control.tell("exit 0")
    assert (await server.ended())[0] == 0


async def test_what_the_children_inherit(start_server: StartServer) -> None:
    server = await start_server(CLAUDEFLARE_TOKEN="hunter2", DATABASE_URL="postgresql://me:hunter2@db/x")
    control, [gateway], _ = await server.ready()
    for plane in (control, gateway):
        assert plane.boot["session"] == plane.boot["group"] == server.process.pid
        assert plane.boot["blocked"] == ["SIGHUP", "SIGINT"]
        assert plane.boot["input"] == os.devnull
        assert plane.boot["core"] == 0
        assert plane.boot["files"][0] >= min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 1_048_576)
    (start,) = (report for report in gateway.seen if report["event"] == "GatewayStart")
    assert start["token"] == ""  # a gateway does not need it


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
async def test_a_signal_of_the_terminal_reaches_everybody_and_drains_all_the_same(
    number: signal.Signals, start_server: StartServer
) -> None:
    server = await start_server()
    control, [gateway], _ = await server.ready()
    os.killpg(server.process.pid, number)
    await gateway.until("SIGTERM")
    gateway.tell("exit 0")
    await control.until("SIGTERM")
    control.tell("exit 0")
    assert (await server.ended())[0] == 0


async def test_a_gateway_that_dies_is_started_again_and_clients_wait_meanwhile(start_server: StartServer) -> None:
    server = await start_server()
    control, [gateway], url = await server.ready()
    first = await control.until("linked", worker=0)
    assert first["peer"] == gateway.pid
    os.kill(gateway.pid, signal.SIGKILL)
    await gateway.gone()
    answer = await ask(url)  # queued in the backlog until the next gateway is there
    successor = await server.planes.next("gateway")
    assert answer == f"gateway {successor.pid}"
    await control.until("NewLink", worker=0)
    assert (await control.until("linked", worker=0))["peer"] == successor.pid
    assert (await successor.until("linked", worker=0))["peer"] == control.pid
    assert "killed by SIGKILL; starting it again in 0.1 s" in await server.log_until("gateway 0 ended")


async def test_control_that_dies_is_started_again_and_linked_to_every_gateway(start_server: StartServer) -> None:
    server = await start_server(CLAUDEFLARE_WORKERS="3")
    control, gateways, url = await server.ready(3)
    for gateway in gateways:
        assert (await gateway.until("linked"))["peer"] == control.pid
    control.tell("exit 3")
    successor = await server.planes.next("control")
    await successor.until("ControlStart")
    peers = {(await successor.until("linked"))["peer"] for _ in gateways}
    assert peers == {gateway.pid for gateway in gateways}
    for worker, gateway in enumerate(gateways):
        assert (await gateway.until("linked", worker=worker))["peer"] == successor.pid
    assert (await ask(url)).startswith("gateway ")
    assert "exit status 3; starting it again" in await server.log_until("control ended")


async def test_only_one_line_is_printed_however_often_planes_become_ready(start_server: StartServer) -> None:
    server = await start_server()
    control, [gateway], _ = await server.ready()
    os.kill(gateway.pid, signal.SIGKILL)
    successor = await server.planes.next("gateway")
    successor.tell("ready")
    await server.log_until("gateway 0 ended")
    await server.log_until("gateway 0 is ready")
    server.process.terminate()
    await successor.until("SIGTERM")
    successor.tell("exit 0")
    await control.until("SIGTERM")
    control.tell("exit 0")
    assert (await server.ended())[:2] == (0, "")


async def test_nothing_is_announced_before_everybody_is_ready(start_server: StartServer) -> None:
    server = await start_server(CLAUDEFLARE_WORKERS="2")
    control = await server.planes.next("control")
    gateways = [await server.planes.next("gateway") for _ in range(2)]
    for plane in (control, gateways[0]):
        plane.tell("ready")
        await server.log_until("is ready")
    assert not (server.home / "server.json").exists()
    gateways[1].tell("ready")
    assert (await server.line()).startswith("listening on")


@pytest.mark.parametrize("kind", ["control", "gateway"])
async def test_a_plane_that_fails_before_the_server_was_ready_ends_it(
    kind: str, start_server: StartServer, planes: Planes
) -> None:
    server = await start_server()
    found = {"control": await planes.next("control"), "gateway": await planes.next("gateway")}
    failing = found.pop(kind)
    failing.tell("exit 1")
    (other,) = found.values()
    await other.until("SIGTERM")
    other.tell("exit 0")
    status, output, errors = await server.ended()
    assert (status, output) == (1, "")
    assert f"{kind}{' 0' if kind == 'gateway' else ''} ended before the server was ready: exit status 1" in errors
    assert "starting it again" not in errors


async def test_its_last_words_are_seen(start_server: StartServer) -> None:
    words = [sys.executable, "-c", "import sys; sys.stderr.write('the database is broken\\n'); sys.exit(1)"]
    server = await start_server(control=words)
    status, output, errors = await server.ended()
    assert (status, output) == (1, "")
    assert "the database is broken\n" in errors


async def test_a_command_that_cannot_be_run_ends_the_server(start_server: StartServer) -> None:
    server = await start_server(control=["/nowhere/python"])
    status, _, errors = await server.ended()
    assert status == 1
    assert "it could not be started: [Errno 2]" in errors


async def test_when_the_supervisor_is_killed_nobody_is_left(start_server: StartServer) -> None:
    server = await start_server(CLAUDEFLARE_WORKERS="2")
    control, gateways, url = await server.ready(2)
    server.process.kill()
    for plane in (control, *gateways):
        await plane.until("orphaned")
        await plane.gone()
    assert (server.home / "server.json").exists()
    with pytest.raises(ConnectionError):  # reset, where the kernel is still taking the last one's socket down
        await ask(url)
    again = await start_server(PORT=str(urlsplit(url).port))  # stale lock, socket and server.json are no obstacle
    _, _, url_again = await again.ready()
    assert url_again == url


async def test_a_second_signal_stops_at_once(start_server: StartServer) -> None:
    server = await start_server()
    control, [gateway], _ = await server.ready()
    server.process.terminate()
    await gateway.until("SIGTERM")
    server.process.send_signal(signal.SIGINT)
    await gateway.gone()
    await control.gone()
    status, _, errors = await server.ended()
    assert status == 1
    assert "SIGTERM: running requests may end; once more to stop at once" in errors
    assert "SIGINT again: stopping at once" in errors
    assert "gateway 0 did not end in time and had to be killed" in errors


async def test_a_supervisor_told_to_stop_before_it_was_ready_exits_cleanly(start_server: StartServer) -> None:
    server = await start_server()
    control, gateway = await server.planes.next("control"), await server.planes.next("gateway")
    server.process.terminate()
    await gateway.until("SIGTERM")
    gateway.tell("exit 0")
    await control.until("SIGTERM")
    control.tell("exit 0")
    assert (await server.ended())[:2] == (0, "")


async def test_a_home_of_150_characters(start_server: StartServer, tmp_path: Path) -> None:
    home = tmp_path / ("h" * 75) / ("h" * 75)
    server = await start_server(CLAUDEFLARE_HOME=str(home))
    control, [gateway], url = await server.ready()
    assert len((await control.until("ControlStart"))["path"]) < 104
    assert await ask(url) == f"gateway {gateway.pid}"


async def test_a_second_server_on_the_same_home_is_told_who_has_it(start_server: StartServer) -> None:
    server = await start_server()
    _, _, url = await server.ready()
    with pytest.raises(AlreadyRunning) as caught:
        await lock_home(Home(server.home), wait=0)
    assert str(caught.value) == (
        f"a server already runs on {server.home}: {url} (process {server.process.pid}); "
        f"stop it with `kill {server.process.pid}`, or set CLAUDEFLARE_HOME to run a second one"
    )


async def test_a_new_server_waits_for_the_old_one_to_drain(start_server: StartServer) -> None:
    old = await start_server()
    control, [gateway], url = await old.ready()
    new = await start_server(PORT=str(urlsplit(url).port))
    old.process.terminate()
    await gateway.until("SIGTERM")
    gateway.tell("exit 0")
    await control.until("SIGTERM")
    control.tell("exit 0")
    assert (await old.ended())[0] == 0
    _, [successor], url_again = await new.ready()
    assert url_again == url
    assert await ask(url) == f"gateway {successor.pid}"


async def test_many_workers_share_the_port(start_server: StartServer) -> None:
    server = await start_server(CLAUDEFLARE_WORKERS="3")
    _, gateways, url = await server.ready(3)
    takers = {await ask(url) for _ in range(200)}
    assert takers == {f"gateway {gateway.pid}" for gateway in gateways}


async def test_a_deaf_gateway_is_killed_when_its_time_is_over(start_server: StartServer, planes: Planes) -> None:
    server = await start_server(
        gateway=plane_command("gateway", planes.port, "--deaf"), CLAUDEFLARE_DRAIN_TIMEOUT="0.01"
    )
    control, [gateway], _ = await server.ready()
    server.process.terminate()
    await gateway.gone()
    await control.until("SIGTERM")
    control.tell("exit 0")
    status, _, errors = await server.ended()
    assert status == 1
    assert "gateway 0 did not end in time and had to be killed" in errors


async def test_a_plane_that_sends_what_is_not_expected_is_named(start_server: StartServer) -> None:
    server = await start_server()
    _, [gateway], _ = await server.ready()
    gateway.tell("send nonsense")
    await server.log_until("gateway 0 sent NewLink to the supervisor, which expects none")


def test_the_supervisor_stays_thin() -> None:
    script = "import sys, claudeflare.supervisor.serve; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    packages = {name.partition(".")[0] for name in loaded.stdout.split()}
    heavy: set[Any] = {"fastapi", "starlette", "pydantic", "uvicorn", "sqlalchemy", "alembic", "httptools", "uvloop"}
    assert packages.isdisjoint(heavy)
