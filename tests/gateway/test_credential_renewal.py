"""A token that is over or refused, through real sockets: the request waits, and goes on with what control says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from claudeflare.balancing.change import AttentionNeeded
from claudeflare.gateway.credential_questions import CredentialQuestions
from claudeflare.gateway.credential_renewal import CredentialRenewal
from claudeflare.gateway.messages import CredentialAnswer, CredentialQuestion, Snapshot
from claudeflare.providers.provider import Credential
from claudeflare.tasks import TaskKeeper
from gateway.answers import MESSAGE, REQUEST, error_body
from harness.gateway import RunningGateway, account, running_gateway
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

NAMES = ("first", "second")
OVER = Credential("bearer", "old", 1, usable_until=1.0)
REFUSED = Credential("bearer", "old", 1)
NEW = Credential("bearer", "new", 2, usable_until=time.time() + 3600)
DENIED = error_body("authentication_error", "OAuth token has expired")

Answer = Callable[[CredentialQuestion], CredentialAnswer | None]


def renewed(question: CredentialQuestion) -> CredentialAnswer:
    return CredentialAnswer(question.number, question.account_id, NEW)


def denied(question: CredentialQuestion) -> CredentialAnswer:
    return CredentialAnswer(question.number, question.account_id, None, "the endpoint is down")


class Stage:
    """A gateway, the questions it has asked, and the tokens its upstream has seen."""

    def __init__(self, gateway: RunningGateway, answer: Answer, seen: list[bytes]) -> None:
        self.gateway = gateway
        self.asked: list[CredentialQuestion] = []
        self.seen = seen
        self.answer = answer
        gateway.server.control.connected(self._told)

    def _told(self, message: object) -> None:
        if isinstance(message, CredentialQuestion):
            self.asked.append(message)
            answer = self.answer(message)
            if answer is not None:
                self.gateway.server.control.credential_told(answer)

    async def ask(self) -> tuple[int, bytes]:
        client = await self.gateway.connect()
        await client.request(body=REQUEST)
        status, _, body = await client.response()
        client.close()
        return status, body


@asynccontextmanager
async def stage(
    directory: Path, first: Credential, answer: Answer, *names: str, second: Credential = NEW
) -> AsyncIterator[Stage]:
    """The upstream takes `new` alone; the first account has `first`, the second `second`."""
    seen: list[bytes] = []

    async def script(peer: UpstreamPeer) -> None:
        [authorization] = peer.header(b"authorization")
        seen.append(authorization.removeprefix(b"Bearer "))
        if seen[-1] == b"new":
            await peer.answer(MESSAGE)
        else:
            await peer.answer(DENIED, b"401 X")

    async with (
        scripted_upstream(repeat(script)) as upstream,
        running_gateway(upstream.url, directory, None) as gateway,
    ):
        accounts = [account(name, priority=number, mode="max") for number, name in enumerate(names)]
        credentials = dict(zip([one.id for one in accounts], (first, second), strict=False))
        gateway.server.apply_snapshot(Snapshot(1, accounts, credentials, "session", 1000))
        yield Stage(gateway, answer, seen)


async def test_a_token_that_is_over_is_never_sent(tmp_path: Path) -> None:
    async with stage(tmp_path, OVER, renewed, "first") as this:
        assert (await this.ask())[0] == 200
        assert this.seen == [b"new"]
        assert [(one.account_id, one.generation, one.refused) for one in this.asked] == [("id-first", 1, False)]
        # From now on it is known.
        assert (await this.ask())[0] == 200
        assert len(this.asked) == 1


async def test_a_refused_token_is_renewed_and_the_request_sent_again(tmp_path: Path) -> None:
    async with stage(tmp_path, REFUSED, renewed, "first") as this:
        assert (await this.ask())[0] == 200
        assert this.seen == [b"old", b"new"]
        assert [one.refused for one in this.asked] == [True]
        record = await this.gateway.record()
        assert [(each.outcome, each.next_step) for each in record.attempts] == [
            ("credential_refused", "refresh"),
            ("served", "relay"),
        ]


async def test_requests_wait_together(tmp_path: Path) -> None:
    async with stage(tmp_path, OVER, lambda question: None, "first") as this:
        waiting = [TaskKeeper().start(this.ask(), "in the background") for _ in range(20)]
        while this.gateway.server.pool.in_flight()["id-first"] < 20:
            await asyncio.sleep(0)
        assert len(this.asked) == 1
        this.gateway.server.control.credential_told(renewed(this.asked[0]))
        assert [status for status, _ in await asyncio.gather(*waiting)] == [200] * 20


async def test_it_is_renewed_once_for_a_request(tmp_path: Path) -> None:
    def useless(question: CredentialQuestion) -> CredentialAnswer:
        return CredentialAnswer(question.number, question.account_id, Credential("bearer", "also old", 2))

    async with stage(tmp_path, REFUSED, useless, "first", "second") as this:
        assert (await this.ask())[0] == 200
        assert this.seen == [b"old", b"also old", b"new"]
        assert len(this.asked) == 1


async def test_what_cannot_be_renewed_goes_to_another_account(tmp_path: Path) -> None:
    for number, credential in enumerate((OVER, REFUSED)):
        async with stage(tmp_path / str(number), credential, denied, "first", "second") as this:
            assert (await this.ask())[0] == 200
            record = await this.gateway.record()
            assert record.account == "second"
            assert ("credential_refused", "the endpoint is down", "another") in [
                (each.outcome, each.message, each.next_step) for each in record.attempts
            ]


async def test_what_cannot_be_renewed_is_no_401_for_the_client(tmp_path: Path) -> None:
    for number, credential in enumerate((OVER, REFUSED)):
        async with stage(tmp_path / str(number), credential, denied, "first") as this:
            status, body = await this.ask()
            assert status == 503
            assert b"first has no token that can be used: the endpoint is down" in body
            assert (await this.gateway.record()).attempts[-1].next_step == "refuse"
            assert this.gateway.server.pool.in_flight() == {"id-first": 0}


async def test_all_accounts_without_a_token(tmp_path: Path) -> None:
    async with stage(tmp_path, REFUSED, denied, "first", "second", second=OVER) as this:
        status, body = await this.ask()
        assert status == 503
        assert b"second has no token that can be used" in body


async def test_without_control_there_is_another_account_or_an_honest_503(tmp_path: Path) -> None:
    async with stage(tmp_path, OVER, renewed, "first", "second") as this:
        this.gateway.server.control.lost()
        assert (await this.ask())[0] == 200
        this.gateway.server.apply_changes([AttentionNeeded("id-second", "gone")])
        status, body = await this.ask()
        assert status == 503
        assert b"control process" in body


async def test_a_client_that_leaves_ends_its_wait_only(tmp_path: Path) -> None:
    async with stage(tmp_path, OVER, lambda question: None, "first") as this:
        staying = TaskKeeper().start(this.ask(), "in the background")
        leaving = await this.gateway.connect()
        await leaving.request(body=REQUEST)
        pool = this.gateway.server.pool
        while pool.in_flight()["id-first"] < 2:
            await asyncio.sleep(0)
        leaving.close()
        while pool.in_flight()["id-first"] > 1:
            await asyncio.sleep(0)
        # Hours may pass: the silence is not the upstream's.
        this.gateway.later(10_000)
        this.gateway.server.control.credential_told(renewed(this.asked[0]))
        assert (await staying)[0] == 200
        assert this.seen == [b"new"]


async def test_its_own_account_of_itself() -> None:
    renewal = CredentialRenewal(CredentialQuestions(), lambda credential, words: None)
    renewal.ask("a", OVER, refused=False)
    assert repr(renewal) == "<CredentialRenewal over>"
    renewal.cancel()
