"""Any process may be killed or stopped at any moment: traffic goes on, and no answered request is lost."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anthropic
import httpx2
from anthropic import AsyncAnthropic
from stage import CALLER_KEY, QUESTION, scripted

from claudeflare.simulator.clock import ManualClock
from claudeflare.simulator.pacing import Pacing
from claudeflare.simulator.server import SimulatorServer
from harness.server import ClaudeflareServer, claudeflare_server, eventually, group_members
from harness.simulated_api import simulated_api

WORDS = ["one", "two", "six", "ten", "owl", "elk"]
"""Each is one token, with the space before it."""
TOKENS_PER_SECOND = 1.0


@dataclass
class Scene:
    """A server with one account, whose upstream sends a word when its clock is moved."""

    server: ClaudeflareServer
    upstream: SimulatorServer
    clock: ManualClock
    client: AsyncAnthropic

    async def begin_stream(self) -> tuple[str, AsyncIterator[str]]:
        """The id of a request whose answer has begun, and its words to come."""
        headers = scripted(text=" ".join(WORDS))
        stream = await self.client.messages.create(**QUESTION, stream=True, extra_headers=headers)
        return stream.response.headers["x-claudeflare-request-id"], _words(stream)

    async def next_word(self, words: AsyncIterator[str]) -> str:
        """Let the upstream send one more, and receive it."""
        await self.clock.until_somebody_sleeps()
        self.clock.advance(1 / TOKENS_PER_SECOND)
        return await anext(words)

    async def rest(self, words: AsyncIterator[str]) -> list[str]:
        """Let the upstream send all the others."""
        async with simulated_pace(self.clock):
            return [word.strip() async for word in words]

    async def ask(self) -> str:
        """The id of a request that was answered whole."""
        async with simulated_pace(self.clock):
            raw = await self.client.messages.with_raw_response.create(**QUESTION, extra_headers=scripted(text="Yes"))
        return str(raw.headers["x-claudeflare-request-id"])


async def _words(stream: Any) -> AsyncIterator[str]:
    async for event in stream:
        if event.type == "content_block_delta":
            yield event.delta.text


@asynccontextmanager
async def simulated_pace(clock: ManualClock) -> AsyncIterator[None]:
    """Let simulated time pass whenever something waits for it."""

    async def move() -> None:
        while True:
            await clock.until_somebody_sleeps()
            clock.advance(1 / TOKENS_PER_SECOND)

    async with asyncio.TaskGroup() as group:
        moving = group.create_task(move())
        yield
        moving.cancel()


@asynccontextmanager
async def scene(directory: Path, **environ: str) -> AsyncIterator[Scene]:
    clock = ManualClock()
    async with (
        simulated_api(clock=clock, pacing=Pacing(tokens_per_second=TOKENS_PER_SECOND)) as upstream,
        claudeflare_server(upstream.url, directory, **environ) as server,
        AsyncAnthropic(base_url=server.url, api_key=CALLER_KEY, max_retries=0) as client,
    ):
        await server.add("alpha")
        yield Scene(server, upstream, clock, client)


async def test_control_is_killed_during_a_stream(tmp_path: Path) -> None:
    async with scene(tmp_path / "home") as this:
        streamed, words = await this.begin_stream()
        assert await this.next_word(words) == WORDS[0]
        killed = this.server.signal("control", signal.SIGKILL)
        # Nothing of this needs control: the stream, and new requests.
        asked = [await this.ask() for _ in range(5)]
        assert await this.rest(words) == WORDS[1:]
        await this.server.replaced("control", killed)
        records = await this.server.requests(lambda found: len(found) >= 6)
        assert sorted(record["id"] for record in records) == sorted([streamed, *asked])
        assert {record["terminalState"] for record in records} == {"complete"}


async def test_control_is_killed_again_and_again_while_requests_are_recorded(tmp_path: Path) -> None:
    async with scene(tmp_path / "home") as this:
        asked = []
        for _ in range(3):
            asked += [await this.ask() for _ in range(10)]
            killed = this.server.signal("control", signal.SIGKILL)
            asked += [await this.ask() for _ in range(10)]
            await this.server.replaced("control", killed)
        records = await this.server.requests(lambda found: len(found) >= len(asked))
        assert sorted(record["id"] for record in records) == sorted(asked)
        stats = (await this.server.api.get("/api/stats")).json()
        assert stats["totalRequests"] == len(asked)


async def test_control_stands_still(tmp_path: Path) -> None:
    async with scene(tmp_path / "home") as this:
        stopped = this.server.signal("control", signal.SIGSTOP)
        streamed, words = await this.begin_stream()
        assert await this.next_word(words) == WORDS[0]
        assert await this.rest(words) == WORDS[1:]
        asked = [await this.ask() for _ in range(20)]
        assert (await this.server.api.get("/health")).status_code == 200
        os.kill(stopped, signal.SIGCONT)
        records = await this.server.requests(lambda found: len(found) >= 21)
        assert sorted(record["id"] for record in records) == sorted([streamed, *asked])


async def test_the_gateway_is_killed_during_a_stream(tmp_path: Path) -> None:
    async with scene(tmp_path / "home") as this:
        answered = await this.ask()
        streamed, words = await this.begin_stream()
        assert await this.next_word(words) == WORDS[0]
        killed = this.server.signal("gateway", signal.SIGKILL)
        try:
            await anext(words)
            raise AssertionError("the stream went on")
        except (anthropic.APIConnectionError, httpx2.TransportError):
            pass
        # Who comes now waits in the backlog for the next gateway, and is not refused.
        asked = await this.ask()
        await this.server.replaced("gateway", killed)
        states = {answered: "complete", streamed: "error", asked: "complete"}
        records = await this.server.requests(lambda found: len(found) >= 3)
        assert {record["id"]: record["terminalState"] for record in records} == states
        async with asyncio.timeout(5):
            await this.upstream.world.seen.until(lambda seen: any(each.client_disconnected for each in seen))


async def test_a_stream_is_finished_after_sigterm(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with scene(home) as this:
        streamed, words = await this.begin_stream()
        assert await this.next_word(words) == WORDS[0]
        this.server.process.terminate()

        async def refused() -> bool:
            try:
                async with httpx2.AsyncClient() as newcomer:
                    await newcomer.get(f"{this.server.url}/health", timeout=1)
            except httpx2.TransportError:
                return True
            return False

        await eventually(refused, "newcomers to be refused")
        assert await this.rest(words) == WORDS[1:]
        assert await this.server.ended() == 0
        # What no server is there to tell, the command line finds in the data directory.
        (record,) = (await this.server.cli("requests", "--json")).json()
        assert (record["id"], record["terminalState"]) == (streamed, "complete")
        assert record["outputTokens"] > 0


async def test_a_second_signal_does_not_wait(tmp_path: Path) -> None:
    async with scene(tmp_path / "home") as this:
        streamed, words = await this.begin_stream()
        assert await this.next_word(words) == WORDS[0]
        this.server.process.terminate()
        await eventually(lambda: _logged(this.server, "once more to stop at once"), "the first signal to be heeded")
        this.server.process.terminate()
        assert await this.server.ended() == 1
        (record,) = (await this.server.cli("requests", "--json")).json()
        assert (record["id"], record["success"]) == (streamed, False)


async def _logged(server: ClaudeflareServer, text: str) -> bool:
    return text in server.log


async def test_a_second_server_is_told_who_holds_the_data_directory(tmp_path: Path) -> None:
    async with scene(tmp_path / "home") as this:
        printed = await this.server.cli("serve", exit_code=1)
        assert printed.stdout == ""
        assert this.server.url in printed.stderr
        assert str(this.server.process.pid) in printed.stderr
        await this.ask()


async def test_nothing_is_left_of_a_server_that_is_killed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with scene(home) as this:
        asked = await this.ask()
        assert len(this.server.processes()) == 3
        this.server.signal("supervisor", signal.SIGKILL)
        await this.server.ended()

        async def gone() -> bool:
            return not group_members(this.server.process.pid)

        await eventually(gone, "the other processes to end", 15)
        # server.json is stale now, and not believed.
        assert json.loads((home / "server.json").read_text())["url"] == this.server.url
        (record,) = (await this.server.cli("requests", "--json")).json()
        assert record["id"] == asked


async def test_several_gateways(tmp_path: Path) -> None:
    async with scene(tmp_path / "home", CLAUDEFLARE_WORKERS="2") as this:
        assert len(this.server.processes()) == 4
        asked = []
        for _ in range(20):
            async with AsyncAnthropic(base_url=this.server.url, api_key=CALLER_KEY, max_retries=0) as client:
                this.client, kept = client, this.client
                asked.append(await this.ask())
                this.client = kept
        records = await this.server.requests(lambda found: len(found) >= 20)
        assert sorted(record["id"] for record in records) == sorted(asked)
        assert {seen.account for seen in this.upstream.world.seen} == {this.upstream.world.seen[0].account}
