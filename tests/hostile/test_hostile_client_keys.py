"""What somebody may send as a client key: too long, odd, several at once, one that is revoked under way."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from process_memory import MIB, PeakMemory, can_watch

from claudeflare.gateway.messages import Snapshot
from claudeflare.providers.provider import Credential
from claudeflare.quotas.client_key import ClientKey, digest_of
from gateway.answers import BLOCK, DELTA, MESSAGE, REQUEST, START, STOP, STREAM_REQUEST
from harness.gateway import RunningGateway, account, running_gateway
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

WORK = account("work")
SECRETS = {"laptop": "cfk_laptop", "desk": "cfk_desk"}


def configure(gateway: RunningGateway, *names: str) -> None:
    keys = [ClientKey(id=f"id-{name}", name=name, digest=digest_of(SECRETS[name].encode())) for name in names]
    gateway.server.apply_snapshot(
        Snapshot(
            version=2,
            accounts=[WORK],
            credentials={WORK.id: Credential("api-key", "sk-ant-work")},
            strategy="session",
            session_seconds=18_000,
            client_keys=keys,
        )
    )


async def status_of(gateway: RunningGateway, *fields: bytes) -> int:
    client = await gateway.connect()
    lines = [b"POST /v1/messages HTTP/1.1", b"host: localhost", b"content-length: %d" % len(REQUEST), *fields]
    await client.send(b"\r\n".join(lines) + b"\r\n\r\n" + REQUEST)
    status, _, _ = await client.response()
    client.close()
    return status


ODD = {
    "cut off": (b"cfk_lapto",),
    "in another case": (b"CFK_LAPTOP",),
    "with something behind it": (b"cfk_laptop x",),
    "with a comma behind it": (b"cfk_laptop,cfk_laptop",),
    "with a NUL behind it": (b"cfk_laptop\0",),
    "in full width": ("ｃｆｋ＿ｌａｐｔｏｐ".encode(),),
    "with a letter that looks alike": ("cfk_lаptop".encode(),),
    "in UTF-16": ("cfk_laptop".encode("utf-16-le"),),
    "with a byte that is no text": (b"cfk_laptop\xff",),
    "in quotes": (b'"cfk_laptop"',),
    "percent-encoded": (b"cfk%5flaptop",),
    "very long": (b"cfk_laptop" * 1000,),
    "longer than a head may be": (b"cfk_laptop" * 100_000,),
    "nothing": (b"",),
}


@pytest.mark.parametrize("secret", [each for (each,) in ODD.values()], ids=ODD)
async def test_what_is_not_the_key_is_not(tmp_path: Path, secret: bytes) -> None:
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, []) as gateway,
    ):
        configure(gateway, "laptop")
        for field in (b"x-api-key: %b", b"authorization: Bearer %b"):
            assert await status_of(gateway, field % secret) in (400, 401, 431)
        assert upstream.connections == 0
        assert await status_of(gateway, b"x-api-key: cfk_laptop") == 200


@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(value=st.binary(max_size=100), name=st.sampled_from([b"x-api-key", b"authorization", b"X-Api-Key"]))
async def test_whatever_is_sent_as_one(tmp_path: Path, name: bytes, value: bytes) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, []) as gateway:
        configure(gateway, "laptop")
        # A line end in it makes another line, or none that can be read.
        assert await status_of(gateway, b"%b: %b" % (name, value)) in (400, 401, 411, 413, 417, 421, 501)


async def test_two_fields_twice_and_two_keys(tmp_path: Path) -> None:
    """A repeated field is refused, since two programs could read different ones; of two keys one is an impostor."""
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, []) as gateway,
    ):
        configure(gateway, "laptop", "desk")
        for name in (b"x-api-key", b"authorization"):
            scheme = b"Bearer " if name == b"authorization" else b""
            both = [name + b": " + scheme + each for each in (b"cfk_laptop", b"cfk_desk")]
            assert await status_of(gateway, *both) == 400
        assert upstream.connections == 0
        # Requests of two keys count for the one in x-api-key, and neither goes upstream: accounts have their own.
        assert await status_of(gateway, b"authorization: Bearer cfk_desk", b"x-api-key: cfk_laptop") == 200
        assert [record.client_key for record in gateway.records() if record.status == 200] == ["laptop"]
        (peer,) = upstream.peers
        assert b"cfk_" not in peer.head
        assert peer.header(b"x-api-key") == [b"sk-ant-work"]


async def test_a_key_that_is_revoked_under_way_ends_no_answer_and_begins_none(tmp_path: Path) -> None:
    async def stream(peer: UpstreamPeer) -> None:
        while await peer.read_request():
            await peer.begin_stream()
            await peer.chunk(START + BLOCK + DELTA)
            await revoked.wait()
            await peer.chunk(STOP)
            await peer.end_stream()

    revoked = asyncio.Event()
    async with scripted_upstream(stream) as upstream, running_gateway(upstream.url, tmp_path, []) as gateway:
        configure(gateway, "laptop", "desk")
        client = await gateway.connect()
        await client.request("/v1/messages", STREAM_REQUEST, "POST", "x-api-key: cfk_laptop")
        await client.head()
        chunks = client.chunks()
        assert START in await anext(chunks)
        configure(gateway, "desk")
        revoked.set()
        assert STOP in b"".join([chunk async for chunk in chunks])
        # The same connection is no way around it.
        await client.request("/v1/messages", REQUEST, "POST", "x-api-key: cfk_laptop")
        assert (await client.response())[0] == 401
        client.close()
        assert [(record.client_key, record.status) for record in gateway.records()] == [("laptop", 200), (None, 401)]


@pytest.mark.skipif(not can_watch(), reason="this system does not tell how much memory was taken")
async def test_any_number_of_wrong_keys_takes_no_memory(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:9", tmp_path, []) as gateway:
        configure(gateway, "laptop")
        client = await gateway.connect()

        async def guess(start: int, count: int) -> None:
            for number in range(start, start + count):
                await client.request("/v1/models", b"", "GET", f"x-api-key: cfk_{number:05}{'x' * 4000}")
                assert (await client.response())[0] == 401

        await guess(0, 500)
        memory = PeakMemory()
        await guess(500, 3000)
        assert memory.grown < 6 * MIB
        client.close()
