"""Nothing is smuggled: each hostile request is refused, or reaches the upstream as the plain request it stands for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from corpus import CASES, DISGUISES, HIDDEN, Case, disguised, plain
from passage import Passage, Recorder, passage, read_as, recorder

from harness.gateway import RunningGateway, running_gateway

REFUSALS = {400, 403, 408, 413, 417, 421, 431, 501, 505}


@pytest.fixture
async def recording() -> AsyncIterator[Recorder]:
    async with recorder() as upstream:
        yield upstream


@pytest.fixture
async def gateway(recording: Recorder, tmp_path: Path) -> AsyncIterator[RunningGateway]:
    async with running_gateway(recording.url, tmp_path) as running:
        yield running


async def send(gateway: RunningGateway, recording: Recorder, raw: bytes) -> Passage:
    return await passage(await asyncio.open_connection("127.0.0.1", gateway.port), raw, recording)


def names(request: bytes) -> list[bytes]:
    """The names of a request's fields, in lower case."""
    lines = request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    return [line.partition(b":")[0].lower() for line in lines]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_the_corpus(gateway: RunningGateway, recording: Recorder, case: Case) -> None:
    found = await send(gateway, recording, case.raw)
    expected = await send(gateway, recording, b"".join(case.reads_as))
    assert found.upstream == expected.upstream
    refusals = found.statuses[len(case.reads_as) :]
    assert found.statuses[: len(case.reads_as)] == [200] * len(case.reads_as)
    # A request that is not whole when its client leaves is answered with nothing.
    assert len(refusals) <= 1
    assert set(refusals) <= REFUSALS
    if case.then_refused:
        assert refusals


async def test_every_disguise_of_chunked_beside_a_length(gateway: RunningGateway, recording: Recorder) -> None:
    for line in DISGUISES:
        found = await send(gateway, recording, disguised(line))
        if found.upstream:
            assert len(found.upstream) == 1, (line, found)
            (request,) = found.upstream
            assert found.statuses == [200], line
            # By its length; and nothing that another could still take for a transfer coding goes on.
            assert request.endswith(HIDDEN), line
            assert b"transfer-encoding" not in names(request), line
        else:
            assert len(found.statuses) == 1, line
            assert set(found.statuses) <= REFUSALS, line


async def test_every_case_in_single_bytes(gateway: RunningGateway, recording: Recorder) -> None:
    for name, case in CASES.items():
        whole = await send(gateway, recording, case.raw)
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        for position in range(len(case.raw)):
            writer.write(case.raw[position : position + 1])
            if position % 8 == 0:
                await asyncio.sleep(0)
        again = await passage((reader, writer), b"", recording)
        assert again.upstream == whole.upstream, name


async def test_what_is_behind_a_refusal_is_not_read(gateway: RunningGateway, recording: Recorder) -> None:
    found = await send(gateway, recording, plain(b"abc", b"Bad : field") + HIDDEN * 3)
    assert (found.statuses, found.upstream) == ([400], [])


async def test_the_corpus_when_bodies_are_passed_on_as_they_come(recording: Recorder, tmp_path: Path) -> None:
    async with running_gateway(recording.url, tmp_path, replay_limit_bytes=0) as gateway:
        for name, case in CASES.items():
            found = await send(gateway, recording, case.raw)
            plainly = await send(gateway, recording, b"".join(case.reads_as))
            # A body that turns out broken was begun upstream: it must never have looked whole there.
            assert list(map(read_as, found.upstream)) == list(map(read_as, plainly.upstream)), name
