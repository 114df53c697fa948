"""Requests that name what exists in one account only: they go there or nowhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import time
from typing import Any

import pytest

from claudeflare.balancing.account import Account
from claudeflare.balancing.change import AttentionNeeded, Benched, Change, PinChange, Pinned, SessionBound, Unpinned
from claudeflare.gateway.messages import ChangesMade, InFlight, PinAnswer, PinQuestion
from claudeflare.journal.records import Changed
from gateway.answers import EVENTS, MESSAGE, REQUEST, STOP, event
from harness.gateway import RawClient, RunningGateway, account, running_gateway
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

ALPHA, BETA = account("alpha"), account("beta")
FILE, BATCH, CONTAINER = "file_011Cabcd", "msgbatch_01abcd", "container_011Cabcd"
IN_BETA = Pinned(FILE, BETA.id, "beta")
NAMING = json.dumps(
    {"messages": [{"role": "user", "content": [{"type": "document", "source": {"type": "file", "file_id": FILE}}]}]}
).encode()


class Control:
    """Stands in for control at the other end of the link: notes what it is told, answers what the test says."""

    def __init__(self, gateway: RunningGateway) -> None:
        self._gateway = gateway
        self.pins: list[Pinned] = []
        self.asked: list[list[str]] = []
        self.told: list[Change] = []
        self.answers = True

    async def is_asked(self) -> None:
        """Wait for the first question."""
        while not self.asked:
            await asyncio.sleep(0)

    def take(self, message: ChangesMade | InFlight | PinQuestion) -> None:
        if isinstance(message, ChangesMade):
            self.told += message.changes
        elif isinstance(message, PinQuestion):
            self.asked.append(message.ids)
            if self.answers:
                known = [pin for pin in self.pins if pin.id in message.ids]
                self._gateway.server.control.pin_questions.answered(PinAnswer(message.number, known))


class World:
    """A gateway with accounts, its control, and an upstream that answers by path."""

    def __init__(self, gateway: RunningGateway, control: Control, client: RawClient, seen: list[str]) -> None:
        self.gateway = gateway
        self.control = control
        self.client = client
        self.seen = seen
        """The account of each request the upstream got."""

    async def ask(
        self, method: str, path: str, body: bytes = b"", *headers: str
    ) -> tuple[int, dict[str, str], dict[str, Any]]:
        await self.client.request(path, body, method, *headers)
        status, fields, answer = await self.client.response()
        return status, fields, json.loads(answer) if answer else {}

    def pinned(self) -> list[PinChange]:
        """What the journal says of pins."""
        frames = self.gateway.frames()
        return [
            frame.change
            for frame in frames
            if isinstance(frame, Changed) and isinstance(frame.change, Pinned | Unpinned)
        ]


ANSWERS: dict[str, bytes] = {
    "POST /v1/files": json.dumps({"id": FILE, "type": "file", "expires_at": None}).encode(),
    f"DELETE /v1/files/{FILE}": json.dumps({"id": FILE, "type": "file_deleted"}).encode(),
    f"GET /v1/files/{FILE}": json.dumps({"id": FILE, "type": "file"}).encode(),
    "POST /v1/messages/batches": json.dumps({"id": BATCH, "type": "message_batch"}).encode(),
    f"GET /v1/messages/batches/{BATCH}/results": b'{"custom_id":"a"}\n',
    "POST /v1/messages": MESSAGE,
}


@asynccontextmanager
async def world(directory: Path, *accounts: Account, **settings: object) -> AsyncIterator[World]:
    seen: list[str] = []

    async def answer(peer: UpstreamPeer) -> None:
        method, target, _ = peer.head.split(b"\r\n")[0].decode().split(" ")
        seen.append(peer.header(b"x-api-key")[0].decode().removeprefix("sk-ant-"))
        key = f"{method} {target.partition('?')[0]}"
        if key not in ANSWERS:
            await peer.answer(b'{"data":[]}')
        elif b"stream_container" in peer.body:
            await peer.begin_stream()
            await peer.chunk(b"".join(EVENTS[:-2]))
            delta = {"stop_reason": "end_turn", "container": {"id": CONTAINER}}
            await peer.chunk(event("message_delta", delta=delta, usage={"output_tokens": 4}) + STOP)
            await peer.end_stream()
        else:
            await peer.answer(ANSWERS[key])

    async with (
        scripted_upstream(repeat(answer)) as upstream,
        running_gateway(upstream.url, directory, accounts, **settings) as gateway,
    ):
        control = Control(gateway)
        gateway.server.control.connected(control.take)
        client = await gateway.connect()
        try:
            yield World(gateway, control, client, seen)
        finally:
            client.close()


async def test_what_an_answer_creates_is_noted_before_it_is_sent(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA, BETA) as w:
        await w.ask("POST", "/v1/files", b"--x", "x-claudeflare-account: beta", "content-type: multipart/form-data")
        assert w.pinned() == [IN_BETA]
        assert w.control.told == [IN_BETA]
        for _ in range(3):
            status, fields, _ = await w.ask("GET", f"/v1/files/{FILE}")
            assert (status, fields["x-claudeflare-account"]) == (200, "beta")
        await w.ask("POST", "/v1/messages", NAMING)
        assert w.seen == ["beta"] * 5
        assert w.control.asked == []
        assert w.pinned() == [IN_BETA]
        picks = w.gateway.records()[-1].picks
        assert picks[0].why == f"bound to beta by {FILE}"
        assert [(each.account, each.out) for each in picks[0].candidates] == [
            ("alpha", f"bound to beta by {FILE}"),
            ("beta", None),
        ]


async def test_a_deleted_thing_is_forgotten(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA, BETA) as w:
        w.gateway.server.apply_changes([IN_BETA])
        await w.ask("DELETE", f"/v1/files/{FILE}")
        assert w.seen == ["beta"]
        assert w.pinned() == [Unpinned(FILE, BETA.id)]
        await w.ask("GET", f"/v1/files/{FILE}")
        assert w.control.asked == [[FILE]]


async def test_a_batch_is_remembered_for_as_long_as_its_results(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA, BETA) as w:
        await w.ask("POST", "/v1/messages/batches", b'{"requests":[]}', "x-claudeflare-account: beta")
        (pin,) = w.pinned()
        assert isinstance(pin, Pinned)
        assert pin.expires_at is not None
        assert 28.9 < (pin.expires_at - time()) / 86_400 < 29.1
        await w.client.request(f"/v1/messages/batches/{BATCH}/results", b"", "GET")
        assert (await w.client.response())[2] == b'{"custom_id":"a"}\n'
        assert w.seen == ["beta", "beta"]


async def test_a_stream_binds_its_container(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA, BETA) as w:
        await w.client.request("/v1/messages", b'{"stream_container":1}', "POST", "x-claudeflare-account: beta")
        await w.client.response()
        await w.ask("POST", "/v1/messages", json.dumps({"container": CONTAINER, "messages": []}).encode())
        assert w.seen == ["beta", "beta"]


async def test_control_is_asked_for_what_is_not_known_here(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA, BETA) as w:
        w.control.pins = [IN_BETA]
        for _ in range(2):
            await w.ask("GET", f"/v1/files/{FILE}")
        assert w.seen == ["beta", "beta"]
        assert w.control.asked == [[FILE]]


async def test_what_nobody_knows_goes_where_lists_go_and_is_known_then(tmp_path: Path) -> None:
    async with world(tmp_path, BETA, ALPHA) as w:
        await w.ask("GET", f"/v1/files/{FILE}")
        await w.ask("GET", f"/v1/files/{FILE}")
        assert w.control.asked == [[FILE]]
        assert w.seen == ["alpha", "alpha"]
        assert w.pinned() == [Pinned(FILE, ALPHA.id, "alpha")]


async def test_what_nobody_knows_is_looked_for_in_every_account(tmp_path: Path) -> None:
    holder = "beta"

    async def answer(peer: UpstreamPeer) -> None:
        if peer.header(b"x-api-key") == [f"sk-ant-{holder}".encode()]:
            await peer.answer(ANSWERS[f"GET /v1/files/{FILE}"])
        else:
            await peer.answer(b'{"type":"error","error":{"type":"not_found_error","message":"no"}}', b"404 Not Found")

    async with (
        scripted_upstream(repeat(answer)) as upstream,
        running_gateway(upstream.url, tmp_path, [ALPHA, BETA, account("gamma")]) as gateway,
    ):
        control = Control(gateway)
        gateway.server.control.connected(control.take)
        client = await gateway.connect()

        async def tried(method: str) -> tuple[int, list[str]]:
            await client.request(f"/v1/files/{FILE}", b"", method)
            status = (await client.response())[0]
            return status, [attempt.account for attempt in gateway.records()[-1].attempts]

        assert await tried("DELETE") == (404, ["gamma"])
        assert await tried("GET") == (200, ["gamma", "beta"])
        assert await tried("GET") == (200, ["beta"])
        gateway.server.apply_changes([Unpinned(FILE, BETA.id)])
        holder = "nobody"
        assert await tried("GET") == (404, ["gamma", "beta", "alpha"])
        client.close()


async def test_without_control_nothing_is_guessed(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA, BETA) as w:
        w.gateway.server.control.lost()
        status, fields, answer = await w.ask("GET", f"/v1/files/{FILE}")
        assert (status, answer["error"]["type"], fields["retry-after"]) == (503, "api_error", "2")
        assert f"cannot say now which account holds {FILE}" in answer["error"]["message"]
        w.gateway.server.apply_changes([IN_BETA])
        assert (await w.ask("GET", f"/v1/files/{FILE}"))[0] == 200
        assert (await w.ask("POST", "/v1/messages", REQUEST))[0] == 200
        assert [record.terminal_state for record in w.gateway.records()] == ["refused", "complete", "complete"]


async def test_control_that_goes_while_it_is_asked(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA, BETA) as w:
        w.control.answers = False
        await w.client.request(f"/v1/files/{FILE}", b"", "GET")
        await w.control.is_asked()
        w.gateway.server.control.lost()
        assert (await w.client.response())[0] == 503


async def test_a_client_that_leaves_while_control_is_asked(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA, BETA) as w:
        w.control.answers = False
        leaving = await w.gateway.connect()
        await leaving.request(f"/v1/files/{FILE}", b"", "GET")
        await w.control.is_asked()
        leaving.reset()
        assert (await w.gateway.record()).terminal_state == "client_closed"
        assert repr(w.gateway.server.control.pin_questions) == "<PinQuestions 0 open>"
        assert w.seen == []


async def test_with_one_account_or_none_nobody_is_asked(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA) as w:
        w.gateway.server.control.lost()
        w.gateway.server.apply_changes([Pinned(FILE, "id-gone", "gone")])
        assert (await w.ask("GET", f"/v1/files/{FILE}"))[0] == 200
        w.gateway.configure([])
        assert (await w.ask("GET", f"/v1/files/{FILE}", b"", "x-api-key: sk-ant-mine"))[0] == 200
        assert w.seen == ["alpha", "mine"]


async def test_things_of_two_accounts_in_one_request(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA, BETA) as w:
        w.gateway.server.apply_changes([IN_BETA, Pinned(CONTAINER, ALPHA.id, "alpha")])
        body = json.dumps({**json.loads(NAMING), "container": CONTAINER}).encode()
        status, _, answer = await w.ask("POST", "/v1/messages", body)
        assert (status, answer["error"]["type"]) == (400, "invalid_request_error")
        assert f"{FILE} is in beta, {CONTAINER} in alpha" in answer["error"]["message"]
        assert w.seen == []


async def test_a_thing_of_a_removed_account(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA, account("other")) as w:
        w.gateway.server.apply_changes([IN_BETA])
        status, _, answer = await w.ask("GET", f"/v1/files/{FILE}")
        assert (status, answer["error"]["type"]) == (404, "not_found_error")
        assert f"{FILE} is in the account beta, which was removed" in answer["error"]["message"]
        # The same key, added again: whoever names the account reaches it, and from then on everybody does.
        assert (await w.ask("GET", f"/v1/files/{FILE}", b"", "x-claudeflare-account: other"))[0] == 200
        assert (await w.ask("GET", f"/v1/files/{FILE}"))[0] == 200
        assert w.seen == ["other", "other"]


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        (Benched(BETA.id, "", time() + 3600, "rate limited"), 429, "beta: rate limited"),
        (AttentionNeeded(BETA.id, "credential refused"), 503, "beta: needs attention: credential refused"),
    ],
)
async def test_an_account_that_is_out_is_named_and_no_other_tried(
    tmp_path: Path, change: Change, status: int, reason: str
) -> None:
    async with world(tmp_path, ALPHA, BETA) as w:
        w.gateway.server.apply_changes([IN_BETA, change])
        answered, fields, answer = await w.ask("GET", f"/v1/files/{FILE}")
        assert answered == status
        assert f"It is bound to beta by {FILE}. {reason}" in answer["error"]["message"]
        assert "alpha" not in answer["error"]["message"]
        assert "retry-after" in fields
        assert w.seen == []


async def test_a_failure_there_is_not_tried_elsewhere(tmp_path: Path) -> None:
    async def limited(peer: UpstreamPeer) -> None:
        await peer.answer(b'{"type":"error","error":{"type":"api_error","message":"no"}}', b"500 No")

    async with (
        scripted_upstream(repeat(limited)) as upstream,
        running_gateway(upstream.url, tmp_path, [ALPHA, BETA], retry_attempts=5) as gateway,
    ):
        gateway.server.apply_changes([IN_BETA])
        client = await gateway.connect()
        await client.request("/v1/messages", NAMING)
        status, _, _ = await client.response()
        client.close()
        assert status == 500
        assert {attempt.account for attempt in gateway.records()[0].attempts} == {"beta"}


async def test_a_session_stays_where_it_is(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA, BETA) as w:
        w.gateway.server.apply_changes([IN_BETA, SessionBound("key:/s", ALPHA.id, time() + 3600)])
        session = "x-claudeflare-session: s"
        await w.ask("POST", "/v1/messages", REQUEST, session)
        await w.ask("POST", "/v1/messages", NAMING, session)
        await w.ask("POST", "/v1/messages", REQUEST, session)
        assert w.seen == ["alpha", "beta", "alpha"]


async def test_lists_and_uploads_always_go_to_the_same_account(tmp_path: Path) -> None:
    async with world(tmp_path, BETA, ALPHA, lb_strategy="round-robin") as w:
        for _ in range(3):
            await w.ask("GET", "/v1/files")
            await w.ask("GET", "/v1/messages/batches?limit=5")
        assert set(w.seen) == {"alpha"}
        await w.ask("GET", "/v1/files", b"", "x-claudeflare-account: beta")
        assert w.seen[-1] == "beta"


async def test_plain_messages_are_not_looked_at(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA, BETA) as w:
        await w.ask("POST", "/v1/messages", NAMING)
        assert w.control.asked == []
        assert w.pinned() == []
