"""What is ambiguous, sent to a real nginx too, and through one: nothing more goes on than nginx lets through."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from corpus import CASES, DISGUISES, disguised
from nginx import nginx_path, running_nginx
from passage import passage, read_as, recorder

from harness.gateway import running_gateway

READ_BY_US_ALONE = {"CL with white space", "Chunked"}
"""A tab around a value is white space (RFC 9110 §5.5), which nginx 1.22 takes only in the form of a space."""

pytestmark = pytest.mark.skipif(
    nginx_path() is None, reason="NO NGINX: the gateway was not compared with it. Install nginx to run these tests."
)


async def test_never_more_lenient(tmp_path: Path) -> None:
    hostile = {name: case.raw for name, case in CASES.items() if name not in READ_BY_US_ALONE}
    hostile |= {repr(line): disguised(line) for line in DISGUISES}
    stricter = 0
    async with (
        recorder(strict=False) as recording,
        running_nginx(recording.url, tmp_path) as nginx,
        running_gateway(recording.url, tmp_path / "journal") as gateway,
    ):
        for name, raw in hostile.items():
            theirs = await passage(await asyncio.open_unix_connection(nginx), raw, recording)
            ours = await passage(await asyncio.open_connection("127.0.0.1", gateway.port), raw, recording)
            there, here = [[read_as(request) for request in found.upstream] for found in (theirs, ours)]
            assert here == there[: len(here)], name
            stricter += len(here) < len(there)
    # Should the two ever agree on everything, nginx was not asked what it was thought to be asked.
    assert stricter > 20


async def test_behind_nginx_each_request_is_one_request(tmp_path: Path) -> None:
    """What nginx takes for one request is none of two for us, whoever's connection it comes on."""
    hostile = [case.raw for case in CASES.values()] + [disguised(line) for line in DISGUISES]
    reached = 0
    async with (
        recorder(strict=False) as recording,
        running_gateway(recording.url, tmp_path / "journal") as gateway,
        running_nginx(recording.url, directory(tmp_path / "direct")) as direct,
        running_nginx(gateway.url, directory(tmp_path / "through")) as through,
    ):
        for raw in hostile:
            theirs = await passage(await asyncio.open_unix_connection(direct), raw, recording)
            ours = await passage(await asyncio.open_unix_connection(through), raw, recording)
            there, here = [[read_as(request) for request in found.upstream] for found in (theirs, ours)]
            # What we refuse is missing; nothing is there that nginx did not send, and nothing is there in other words.
            assert [request for request in there if request in here] == here, raw
            reached += len(here)
    assert reached > 20


def directory(path: Path) -> Path:
    path.mkdir()
    return path


async def test_a_plain_request_says_the_same_through_both(tmp_path: Path) -> None:
    raw = CASES["a request in a chunk"].raw
    async with (
        recorder() as recording,
        running_nginx(recording.url, tmp_path) as nginx,
        running_gateway(recording.url, tmp_path / "journal") as gateway,
    ):
        theirs = await passage(await asyncio.open_unix_connection(nginx), raw, recording)
        ours = await passage(await asyncio.open_connection("127.0.0.1", gateway.port), raw, recording)
    assert list(map(read_as, ours.upstream)) == list(map(read_as, theirs.upstream))
    assert len(ours.upstream) == 2
