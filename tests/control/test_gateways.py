from __future__ import annotations

import asyncio
import gc
import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from claudeflare.balancing.account import Account
from claudeflare.balancing.change import (
    BenchCleared,
    Benched,
    Change,
    OrganizationLearned,
    Pinned,
    SessionBound,
)
from claudeflare.balancing.waiting import WaitingLine
from claudeflare.control.gateways import Gateways
from claudeflare.errors import StorageError
from claudeflare.gateway.link import encode_message
from claudeflare.gateway.messages import (
    PROTOCOL,
    Answered,
    ChangesMade,
    InFlight,
    PinAnswer,
    PinQuestion,
    Ready,
    Snapshot,
)
from claudeflare.providers.provider import Credential
from harness.gateway_end import GatewayEnd

STORED: list[Change] = [OrganizationLearned("a", "org"), SessionBound("s", "a", 100.0)]
PINNED = Pinned("file_011Cabcd", "a", "work")
BENCHED = Benched("a", "opus", 100.0, "limited")


class World:
    """Control's side with a configuration that tests change, and the gateways they connect."""

    def __init__(self) -> None:
        self.tier = 1
        self.failing = threading.Event()
        self.tried = threading.Event()
        self.told: list[Change] = []
        self.gateways = Gateways(
            self.load_snapshot, self.load_state, self.told.extend, self.find_pins, retry_seconds=0.0
        )
        self._ends: list[GatewayEnd] = []

    def load_snapshot(self, version: int) -> Snapshot:
        accounts = [Account(id="a", name="work", tier=self.tier)]
        return Snapshot(version, accounts, {"a": Credential("api-key", "sk-x")}, "session", 18_000.0)

    def find_pins(self, ids: Sequence[str]) -> list[Pinned]:
        if self.failing.is_set():
            raise StorageError("The disk is gone.")
        return [PINNED] if PINNED.id in ids else []

    def load_state(self) -> list[Change]:
        if self.failing.is_set():
            self.tried.set()
            raise StorageError("The disk is gone.")
        return STORED

    def connect(self, worker: int = 0) -> GatewayEnd:
        ours, theirs = socket.socketpair()
        self.gateways.add_link(worker, ours.detach())
        end = GatewayEnd(theirs)
        self._ends.append(end)
        return end

    async def close(self) -> None:
        await self.gateways.close()
        for end in self._ends:
            end.close()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    opened = World()
    yield opened
    await opened.close()


async def until(condition: Callable[[], bool]) -> None:
    """Let everything else run until this holds."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


async def test_a_gateway_is_told_state_then_configuration_then_that_control_answers(world: World) -> None:
    end = world.connect()
    changes, snapshot = await end.greeted()
    assert changes.changes == STORED
    assert snapshot == world.load_snapshot(1)
    world.gateways.serving()
    await end.next(Answered)
    late = world.connect(1)
    await late.greeted(1)
    await late.next(Answered)


async def test_nothing_is_said_before_hello(world: World) -> None:
    end = world.connect()
    world.gateways.serving()
    world.gateways.changes_made([BENCHED])
    changes, _ = await end.greeted()
    assert changes.changes == [*STORED, BENCHED]
    await end.next(Answered)


async def test_a_change_of_configuration_reaches_every_gateway(world: World) -> None:
    ends = [world.connect(worker) for worker in range(3)]
    for worker, end in enumerate(ends):
        await end.greeted(worker)
    world.tier = 20
    await asyncio.to_thread(world.gateways.configuration_changed)
    for end in ends:
        snapshot = await end.newest_snapshot(2)
        while snapshot.accounts[0].tier != 20:
            snapshot = await end.newest_snapshot(snapshot.version + 1)


async def test_what_one_gateway_learns_the_others_are_told_at_once(world: World) -> None:
    first, second = world.connect(0), world.connect(1)
    await first.greeted(0)
    await second.greeted(1)
    await first.newest_snapshot(2)  # sent to all when the second came
    await first.send(ChangesMade([BENCHED]))
    assert (await second.next(ChangesMade)).changes == [BENCHED]
    assert world.told == [BENCHED]
    await second.send(ChangesMade([BenchCleared("a", "opus")]))
    assert (await first.next(ChangesMade)).changes == [BenchCleared("a", "opus")]


async def test_a_gateway_asks_where_things_are(world: World) -> None:
    first, second = world.connect(0), world.connect(1)
    await first.greeted(0)
    await second.greeted(1)
    await second.send(PinQuestion(3, [PINNED.id, "file_09"]))
    assert await second.next(PinAnswer) == PinAnswer(3, [PINNED])
    fresh = Pinned("file_09", "a", "work")
    await first.newest_snapshot(2)
    await first.send(ChangesMade([fresh]))
    assert (await second.next(ChangesMade)).changes == [fresh]
    await second.send(PinQuestion(4, ["file_09"]))
    assert await second.next(PinAnswer) == PinAnswer(4, [fresh])
    world.failing.set()
    await second.send(PinQuestion(5, ["file_09"]))
    assert await second.next(PinAnswer) == PinAnswer(5, failed=True)


async def test_what_the_owner_changes_every_gateway_is_told(world: World) -> None:
    end = world.connect()
    await end.greeted()
    await asyncio.to_thread(world.gateways.changes_made, [BenchCleared("a", "")])
    assert (await end.next(ChangesMade)).changes == [BenchCleared("a", "")]
    assert world.told == [BenchCleared("a", "")]


async def test_requests_in_flight_are_summed_while_their_gateways_live(world: World) -> None:
    first, second = world.connect(0), world.connect(1)
    await first.greeted(0)
    await second.greeted(1)
    await first.send(InFlight({"a": 2, "b": 1}, open_connections=3))
    await second.send(InFlight({"a": 5}, open_connections=5))
    await until(lambda: world.gateways.in_flight() == {"a": 7, "b": 1})
    assert world.gateways.connected() == 2
    first.close()
    await until(lambda: world.gateways.in_flight() == {"a": 5})


async def test_who_waits_is_summed_and_those_waiting_longest_come_first(world: World) -> None:
    first, second = world.connect(0), world.connect(1)
    await first.greeted(0)
    await second.greeted(1)
    early, late = (WaitingLine(None, "opus", None, 2, since, None) for since in (10.0, 20.0))
    await first.send(InFlight({}, open_connections=0, waiting=2, waiting_lines=[late]))
    await second.send(InFlight({}, open_connections=0, waiting=3, waiting_lines=[early]))
    await until(lambda: world.gateways.waiting() == (5, [early, late]))
    first.close()
    await until(lambda: world.gateways.waiting() == (3, [early]))


async def test_what_a_gateway_could_not_write_down_is_not_forgotten_with_it(world: World) -> None:
    end = world.connect(1)
    await end.greeted(1)
    await end.send(InFlight({}, open_connections=0, shed_records=2))
    await end.send(InFlight({}, open_connections=0, shed_records=5))
    await until(lambda: world.gateways.shed_records() == {"boot-1-1": 5})
    end.close()
    await world.connect(1).greeted(1)
    assert world.gateways.shed_records() == {"boot-1-1": 5}


async def test_payloads_that_were_shed_are_summed_over_gateways_and_their_successors(world: World) -> None:
    first, second = world.connect(0), world.connect(1)
    await first.greeted(0)
    await second.greeted(1)
    await first.send(InFlight({}, open_connections=0, shed_payloads=2))
    await second.send(InFlight({}, open_connections=0, shed_payloads=3))
    await second.send(InFlight({}, open_connections=0, shed_payloads=4))
    await until(lambda: world.gateways.shed_payloads() == 6)
    assert world.gateways.shed_records() == {}
    first.close()
    await world.connect(2).greeted(2)
    assert world.gateways.shed_payloads() == 6


async def test_a_link_that_ends_while_control_does_is_closed(world: World) -> None:
    end = world.connect()
    await end.greeted()
    end.close()
    while world.gateways.connected():  # until control has noticed, and not a moment longer
        await asyncio.sleep(0)
    await world.gateways.close()
    gc.collect()  # what is left open is told of when it is collected, and that fails the test


async def test_a_gateway_that_breaks_off_disturbs_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    leaving, staying = world.connect(0), world.connect(1)
    await leaving.greeted(0)
    await staying.greeted(1)
    await leaving.send_bytes(encode_message(InFlight({"a": 1}, 1))[:-1])
    leaving.close()
    world.gateways.changes_made([BENCHED])
    assert (await staying.next(ChangesMade)).changes == [BENCHED]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("nonsense", [b"\xff" * 64, encode_message(Ready()), encode_message(Answered())])
async def test_a_gateway_that_makes_no_sense_is_dropped(
    world: World, caplog: pytest.LogCaptureFixture, nonsense: bytes
) -> None:
    end = world.connect()
    await end.greeted()
    await end.send_bytes(nonsense)
    await end.ended()
    assert "cannot be understood" in caplog.text


async def test_a_gateway_of_another_version_is_dropped(world: World, caplog: pytest.LogCaptureFixture) -> None:
    end = world.connect()
    await end.hello(protocol=PROTOCOL + 1)
    await end.ended()
    assert "restart the server" in caplog.text


async def test_a_gateway_that_does_not_read_costs_bounded_memory_and_misses_nothing_that_still_holds(
    world: World,
) -> None:
    end = world.connect()
    await end.greeted()
    for round_ in range(300):
        world.gateways.changes_made([SessionBound(f"s{n}", "a" * 200, float(round_)) for n in range(100)])
        await asyncio.sleep(0)
    received: dict[str, float] = {}
    taken = 0
    while set(received.values()) != {299.0} or len(received) < 100:
        changes = (await end.next(ChangesMade)).changes
        taken += len(changes)
        received |= {change.session: change.expires_at for change in changes if isinstance(change, SessionBound)}
    assert taken < 300 * 100


async def test_without_gateways_no_snapshot_is_made(world: World) -> None:
    world.gateways.configuration_changed()
    for _ in range(5):
        await asyncio.sleep(0)
    end = world.connect()
    _, snapshot = await end.greeted()
    assert snapshot.version == 1
    assert "worker 0, pid" in repr(world.gateways)


async def test_a_database_that_fails_is_asked_again(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.failing.set()
    end = world.connect()
    await end.hello()
    await asyncio.to_thread(world.tried.wait, 10)
    world.failing.clear()
    assert (await end.next(ChangesMade)).changes == STORED
    await end.next(Snapshot)
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == [
        "gateways cannot be sent limits and bindings, trying again: The disk is gone."
    ]
