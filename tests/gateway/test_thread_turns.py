"""Turns of message threads: they go where their conversation is, if that can take them, and anywhere else if not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import time
from typing import Any

import msgspec
import pytest

from claudeflare.balancing.account import Account
from claudeflare.balancing.change import Benched, Change, Pinned, SessionBound
from claudeflare.balancing.pins import TURN_SECONDS
from claudeflare.gateway.messages import ChangesMade, InFlight, PinAnswer, PinQuestion
from claudeflare.journal.records import Changed
from gateway.answers import BLOCK, DELTA, END, REQUEST, STOP, error_body, event
from harness.gateway import RawClient, RunningGateway, account, running_gateway
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

ALPHA, BETA = account("alpha"), account("beta")
FILE = "file_011Cabcd"
SESSION = "x-claudeflare-session: s"
CREATE = {"type": "create"}


def turn(previous: str, of: Account = BETA) -> Pinned:
    return Pinned(previous, of.id, of.name, time() + TURN_SECONDS)


class World:
    """A gateway with two accounts, control at its other end, and an upstream that knows its threads."""

    def __init__(self, gateway: RunningGateway, client: RawClient, seen: list[str], limited: set[str]) -> None:
        self.gateway = gateway
        self.client = client
        self.seen = seen
        """The account of each request the upstream got."""
        self.limited = limited
        """Accounts that are limited from now on."""
        self.asked: list[list[str]] = []
        self.known_to_control: list[Pinned] = []
        gateway.server.control.connected(self._control)

    def _control(self, message: ChangesMade | InFlight | PinQuestion) -> None:
        if isinstance(message, PinQuestion):
            self.asked.append(message.ids)
            known = [pin for pin in self.known_to_control if pin.id in message.ids]
            self.gateway.server.control.pin_questions.answered(PinAnswer(message.number, known))

    async def ask(self, thread: Any, *headers: str, **more: Any) -> tuple[int, Any]:
        body = {**json.loads(REQUEST), **more} | ({} if thread is None else {"thread": thread})
        await self.client.request("/v1/messages", json.dumps(body).encode(), "POST", *headers)
        status, _, answer = await self.client.response()
        return status, answer if more.get("stream") else json.loads(answer)

    async def go_on(self, previous: str, *headers: str, **more: Any) -> tuple[int, Any]:
        return await self.ask({"type": "continue", "previous_message_id": previous}, *headers, **more)

    def changes(self, kind: type[Change]) -> list[Any]:
        frames = self.gateway.frames()
        return [frame.change for frame in frames if isinstance(frame, Changed) and isinstance(frame.change, kind)]


@asynccontextmanager
async def world(
    directory: Path, *accounts: Account, strategy: str = "session", session_seconds: float = 18_000.0
) -> AsyncIterator[World]:
    seen: list[str] = []
    limited: set[str] = set()
    threads: dict[str, str] = {}

    async def answer(peer: UpstreamPeer) -> None:
        who = peer.header(b"x-api-key")[0].decode().removeprefix("sk-ant-")
        seen.append(who)
        body = json.loads(peer.body)
        previous = (body.get("thread") or {}).get("previous_message_id")
        if who in limited:
            await peer.answer(error_body("rate_limit_error"), b"429 Too Many", b"retry-after: 3600")
        elif previous is not None and threads.get(previous) != who:
            await peer.answer(error_body("not_found_error", error_code="thread_not_found"), b"404 Not Found")
        else:
            made = f"msg_{len(seen):04}"
            if "thread" in body:
                threads[made] = who
            message = {"id": made, "model": "claude-opus-5-5", "usage": {"input_tokens": 9, "output_tokens": 1}}
            if body.get("stream"):
                await peer.begin_stream()
                parts = (event("message_start", message=message), BLOCK, DELTA, END, STOP)
                await peer.chunk(b"".join(parts[: body["max_tokens"]]))
                await peer.end_stream()
            else:
                await peer.answer(json.dumps({"type": "message", **message, "stop_reason": "end_turn"}).encode())

    async with (
        scripted_upstream(repeat(answer)) as upstream,
        running_gateway(upstream.url, directory, accounts or (ALPHA, BETA)) as gateway,
    ):
        snapshot = gateway.server.directory.snapshot
        assert snapshot is not None
        changed = msgspec.structs.replace(snapshot, version=2, strategy=strategy, session_seconds=session_seconds)
        gateway.server.apply_snapshot(changed)
        client = await gateway.connect()
        try:
            yield World(gateway, client, seen, limited)
        finally:
            client.close()


@pytest.mark.parametrize("streamed", [False, True])
async def test_under_a_policy_without_sessions_every_turn_is_noted_and_found(tmp_path: Path, streamed: bool) -> None:
    async with world(tmp_path, strategy="round-robin") as w:
        await w.ask(CREATE, "x-claudeflare-account: beta", stream=streamed)
        for number in range(1, 5):
            assert (await w.go_on(f"msg_{number:04}", SESSION, stream=streamed))[0] == 200
        assert w.seen == ["beta"] * 5
        assert w.asked == []
        pins = w.changes(Pinned)
        assert [(pin.id, pin.account) for pin in pins] == [(f"msg_{number:04}", "beta") for number in range(1, 6)]
        assert all(0 < pin.expires_at - time() <= TURN_SECONDS for pin in pins)
        picks = w.gateway.records()[-1].picks
        assert picks[0].why == "beta has the thread of msg_0004"


async def test_a_session_that_leads_there_anyway_needs_no_notes(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.ask(CREATE, SESSION)
        for number in range(1, 5):
            assert (await w.go_on(f"msg_{number:04}", SESSION))[0] == 200
        assert len(set(w.seen)) == 1
        assert w.changes(Pinned) == []
        assert w.asked == []


async def test_a_session_is_bound_where_its_thread_is(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.gateway.server.apply_changes([SessionBound("key:/s", ALPHA.id, time() + 18_000)])
        await w.ask(CREATE, SESSION, "x-claudeflare-account: beta")
        for number in range(1, 4):
            await w.go_on(f"msg_{number:04}", SESSION)
        assert w.seen == ["beta"] * 4
        assert [pin.id for pin in w.changes(Pinned)] == ["msg_0001"]
        assert [bound.account_id for bound in w.changes(SessionBound)] == [BETA.id]


async def test_a_session_that_ends_before_the_thread_does_is_not_enough(tmp_path: Path) -> None:
    async with world(tmp_path, session_seconds=600.0) as w:
        await w.ask(CREATE, SESSION)
        assert [pin.id for pin in w.changes(Pinned)] == ["msg_0001"]


async def test_what_no_client_calls_a_session_is_none_of_a_thread(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.ask(CREATE, "x-claudeflare-account: beta", messages=[{"role": "user", "content": "Go on"}])
        for number in range(1, 4):
            # Each turn brings one message, and a session made of that would be another one every time.
            words = [{"role": "user", "content": f"Go on {number}"}]
            assert (await w.go_on(f"msg_{number:04}", messages=words))[0] == 200
        assert w.seen == ["beta"] * 4
        assert len(w.changes(Pinned)) == 4


async def test_requests_without_a_thread_leave_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, strategy="round-robin") as w:
        w.gateway.server.apply_changes([turn("msg_0001")])
        await w.ask(None)
        await w.ask(None, stream=True)
        assert w.changes(Pinned) == []
        assert w.asked == []
        assert w.gateway.server.pool.pins.kinds == frozenset()


async def test_an_answer_that_is_no_whole_message_is_no_turn(tmp_path: Path) -> None:
    async with world(tmp_path, strategy="round-robin") as w:
        await w.ask(CREATE, stream=True, max_tokens=3)  # the upstream sends three events and ends
        assert w.gateway.records()[0].terminal_state == "truncated"
        w.limited |= {"alpha", "beta"}
        assert (await w.ask(CREATE))[0] == 429
        assert w.changes(Pinned) == []


async def test_an_account_that_is_out_does_not_stop_the_turn(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.gateway.server.apply_changes([turn("msg_9999"), Benched(BETA.id, "", time() + 3600, "rate limited")])
        status, answer = await w.go_on("msg_9999", SESSION)
        assert (status, answer["error"]["details"]["error_code"]) == (404, "thread_not_found")
        assert w.seen == ["alpha"]
        # The client sends all of it again, and goes on from there.
        assert (await w.ask(CREATE, SESSION))[0] == 200
        assert (await w.go_on("msg_0002", SESSION))[0] == 200
        assert w.seen == ["alpha"] * 3


async def test_an_account_that_is_limited_now_passes_the_turn_on(tmp_path: Path) -> None:
    async with world(tmp_path, strategy="round-robin") as w:
        w.gateway.server.apply_changes([turn("msg_9999")])
        w.limited.add("beta")
        assert (await w.go_on("msg_9999"))[0] == 404
        assert w.seen == ["beta", "alpha"]


async def test_an_account_that_was_removed(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA, account("other")) as w:
        w.gateway.server.apply_changes([turn("msg_9999")])
        status, answer = await w.go_on("msg_9999")
        assert (status, answer["error"]["details"]["error_code"]) == (404, "thread_not_found")
        assert len(w.seen) == 1


async def test_control_is_asked_only_where_no_session_leads(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.known_to_control = [turn("msg_9998")]
        w.gateway.server.apply_changes([SessionBound("key:/s", ALPHA.id, time() + 18_000)])
        await w.go_on("msg_9998", SESSION)
        assert (w.asked, w.seen) == ([], ["alpha"])
        await w.go_on("msg_9998")
        assert (w.asked, w.seen) == ([["msg_9998"]], ["alpha", "beta"])
        await w.go_on("msg_9998", "x-claudeflare-session: t")
        assert len(w.asked) == 1
        assert w.seen == ["alpha", "beta", "beta"]


async def test_what_nobody_knows_goes_by_the_policy_control_or_not(tmp_path: Path) -> None:
    async with world(tmp_path, strategy="round-robin") as w:
        assert (await w.go_on("msg_9999"))[0] == 404
        w.gateway.server.control.lost()
        assert (await w.go_on("msg_9999"))[0] == 404
        assert w.asked == [["msg_9999"]]
        assert sorted(w.seen) == ["alpha", "beta"]


async def test_a_file_outranks_the_thread(tmp_path: Path) -> None:
    async with world(tmp_path, strategy="round-robin") as w:
        w.gateway.server.apply_changes([Pinned(FILE, ALPHA.id, "alpha"), turn("msg_9999")])
        document = {"type": "document", "source": {"type": "file", "file_id": FILE}}
        assert (await w.go_on("msg_9999", messages=[{"role": "user", "content": [document]}]))[0] == 404
        assert w.seen == ["alpha"]
        assert w.gateway.records()[0].picks[0].why == f"bound to alpha by {FILE}"
        # And only what holds it matters when control cannot say where something is.
        w.gateway.server.control.lost()
        await w.go_on("msg_9998", messages=[{"role": "user", "content": [document]}])
        assert w.seen == ["alpha", "alpha"]


async def test_with_one_account_nothing_is_noted(tmp_path: Path) -> None:
    async with world(tmp_path, ALPHA, strategy="round-robin") as w:
        await w.ask(CREATE)
        assert (await w.go_on("msg_0001"))[0] == 200
        assert w.changes(Pinned) == []
        assert w.asked == []
