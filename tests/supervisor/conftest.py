"""Fixtures for whole servers."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest
from server_under_test import HERE, Planes, Server, StartServer, plane_command


@pytest.fixture
async def planes() -> AsyncIterator[Planes]:
    planes = Planes()
    await planes.open()
    yield planes
    await planes.close()


@pytest.fixture
def runtime() -> Iterator[str]:
    """A runtime directory for sockets: pytest's own paths are too long for them, and killed servers leave theirs."""
    with tempfile.TemporaryDirectory(prefix="run") as directory:
        yield directory


@pytest.fixture
async def start_server(planes: Planes, tmp_path: Path, runtime: str) -> AsyncIterator[StartServer]:
    started: list[asyncio.subprocess.Process] = []

    async def start(
        *, gateway: Sequence[str] | None = None, control: Sequence[str] | None = None, **environ: str
    ) -> Server:
        home = Path(environ.setdefault("CLAUDEFLARE_HOME", str(tmp_path / "home")))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(HERE / "server_program.py"),
            json.dumps(gateway or plane_command("gateway", planes.port)),
            json.dumps(control or plane_command("control", planes.port)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env={"PATH": os.environ["PATH"], "PORT": "0", "XDG_RUNTIME_DIR": runtime, **environ},
        )
        started.append(process)
        return Server(process, planes, home)

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()
