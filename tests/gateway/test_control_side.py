"""Control comes, speaks and goes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from claudeflare.balancing.change import Benched
from claudeflare.gateway.messages import ChangesMade, CredentialAnswer, InFlight
from claudeflare.providers.provider import Credential
from harness.gateway import account, running_gateway

BENCHED = Benched("id-work", "", 9_999_999_999.0, "rate limited: here")
NOBODY = "http://127.0.0.1:9"


async def test_what_is_learnt_is_told_while_control_is_there(tmp_path: Path) -> None:
    async with running_gateway(NOBODY, tmp_path, [account("work")]) as gateway:
        told: list[object] = []
        control = gateway.server.control
        gateway.server.publish([BENCHED])
        control.connected(told.append)
        gateway.server.publish([])
        gateway.server.publish([BENCHED])
        control.lost()
        gateway.server.publish([BENCHED])
        assert told == [ChangesMade([BENCHED])]
        assert "down" in repr(control)


async def test_a_report_is_sent_once_to_each_control(tmp_path: Path) -> None:
    async with running_gateway(NOBODY, tmp_path, [account("work")]) as gateway:
        control = gateway.server.control
        control.report()
        for _ in range(2):
            told: list[object] = []
            control.connected(told.append)
            control.report()
            control.report()
            assert [type(message) for message in told] == [InFlight]
            control.lost()


async def test_its_socket_is_known_while_it_is_there(tmp_path: Path) -> None:
    async with running_gateway(NOBODY, tmp_path, control_socket=str(tmp_path / "control.sock")) as gateway:
        control = gateway.server.control
        assert control.origin is None
        control.connected(lambda message: None)
        assert control.origin is not None
        assert not control.ready.is_set()
        control.serves()
        control.lost()
        assert control.origin is None
        assert control.ready.is_set()


async def test_a_new_credential_is_known_before_those_who_wait_for_it_go_on(tmp_path: Path) -> None:
    newer = Credential("bearer", "new", generation=2)
    async with running_gateway(NOBODY, tmp_path, [account("work")]) as gateway:
        control, directory = gateway.server.control, gateway.server.directory
        control.connected(lambda message: None)
        seen: list[Credential | None] = []
        control.credential_questions.ask(
            "id-work", 1, refused=True, told=lambda credential, words: seen.append(directory.credential("id-work"))
        )
        control.credential_told(CredentialAnswer(1, "id-work", newer))
        assert seen == [newer]


async def test_who_came_too_early_is_told_of_the_first_snapshot(tmp_path: Path) -> None:
    async with running_gateway(NOBODY, tmp_path, None) as gateway:
        client = await gateway.connect()
        await client.request()
        while not gateway.server.control.awaiting_snapshot:
            await asyncio.sleep(0)
        assert "1 wait" in repr(gateway.server.control)
        client.close()
