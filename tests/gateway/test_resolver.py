"""Names to addresses: one question for many, and an answer while no name server answers."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Sequence

import pytest

from claudeflare.gateway.resolver import FRESH_SECONDS, STALE_SECONDS, Address, Resolver
from claudeflare.tasks import TaskKeeper

FIRST: list[Address] = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 443))]
SECOND: list[Address] = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.2", 443))]


class Names:
    """A name server and a clock, both in the test's hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.asked = 0
        self.reply: list[Address] | OSError = FIRST
        self.slow: asyncio.Event | None = None

    async def lookup(self, host: str, port: int) -> Sequence[Address]:
        self.asked += 1
        if self.slow is not None:
            await self.slow.wait()
        if isinstance(self.reply, OSError):
            raise self.reply
        return self.reply

    def resolver(self) -> Resolver:
        return Resolver(self.lookup, lambda: self.now)


async def test_an_answer_is_used_for_a_while_and_then_asked_for_anew() -> None:
    names = Names()
    resolver = names.resolver()
    assert await resolver.resolve("api.test", 443) == FIRST
    names.reply = SECOND
    names.now += FRESH_SECONDS
    assert await resolver.resolve("api.test", 443) == FIRST
    names.now += 0.1
    assert await resolver.resolve("api.test", 443) == SECOND
    assert names.asked == 2


async def test_a_burst_asks_once() -> None:
    names = Names()
    names.slow = asyncio.Event()
    resolver = names.resolver()
    keeper = TaskKeeper()
    waiting = [keeper.start(resolver.resolve("api.test", 443), name="asks") for _ in range(50)]
    await asyncio.sleep(0)
    names.slow.set()
    assert await asyncio.gather(*waiting) == [FIRST] * 50
    assert names.asked == 1


async def test_the_first_who_gives_up_does_not_take_the_answer_from_the_others() -> None:
    names = Names()
    names.slow = asyncio.Event()
    resolver = names.resolver()
    keeper = TaskKeeper()
    impatient = keeper.start(resolver.resolve("api.test", 443), name="asks")
    patient = keeper.start(resolver.resolve("api.test", 443), name="asks")
    await asyncio.sleep(0)
    impatient.cancel()
    names.slow.set()
    assert await patient == FIRST


async def test_while_no_name_server_answers_old_addresses_serve(caplog: pytest.LogCaptureFixture) -> None:
    names = Names()
    resolver = names.resolver()
    await resolver.resolve("api.test", 443)
    names.reply = socket.gaierror(socket.EAI_AGAIN, "try again")
    names.now += STALE_SECONDS
    with caplog.at_level(logging.WARNING):
        assert await resolver.resolve("api.test", 443) == FIRST
    assert "last known addresses" in caplog.text
    names.now += 1
    with pytest.raises(socket.gaierror):
        await resolver.resolve("api.test", 443)
    names.reply = SECOND
    assert await resolver.resolve("api.test", 443) == SECOND


async def test_a_name_that_never_was_known_is_an_error() -> None:
    names = Names()
    names.reply = socket.gaierror(socket.EAI_NONAME, "unknown")
    with pytest.raises(socket.gaierror):
        await names.resolver().resolve("nobody.invalid", 443)


async def test_a_failure_that_nobody_waits_for_any_more_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    names = Names()
    names.slow = asyncio.Event()
    names.reply = socket.gaierror(socket.EAI_NONAME, "unknown")
    resolver = names.resolver()
    asking = TaskKeeper().start(resolver.resolve("nobody.invalid", 443), name="asks")
    await asyncio.sleep(0)
    asking.cancel()
    names.slow.set()
    await resolver.close()
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("192.0.2.7", (socket.AF_INET, ("192.0.2.7", 443))),
        ("2001:db8::7", (socket.AF_INET6, ("2001:db8::7", 443, 0, 0))),
    ],
)
async def test_addresses_are_not_asked_for(host: str, expected: tuple[int, object]) -> None:
    names = Names()
    ((family, _, _, _, address),) = await names.resolver().resolve(host, 443)
    assert (family, address) == expected
    assert names.asked == 0


async def test_the_system_knows_localhost() -> None:
    resolver = Resolver()
    addresses = await resolver.resolve("localhost", 443)
    assert {address[4][0] for address in addresses} <= {"127.0.0.1", "::1"}
    assert repr(resolver) == "<Resolver ['localhost']>"
    await resolver.close()
