"""The programs that use an SDK each: processes which are told what to ask and tell what they see."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from node_program import OLDEST, find_node

HERE = Path(__file__).parent
PATIENCE = 30.0
LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class Command:
    """How a program is started."""

    arguments: tuple[str, ...]
    environ: dict[str, str]
    locked: str
    """The version of the SDK that was asked for."""


@dataclass
class SdkProgram:
    """A program that runs."""

    language: str
    """As the SDK names it in `x-stainless-lang`."""
    version: str
    locked: str
    process: asyncio.subprocess.Process

    async def ask(self, ask: dict[str, Any]) -> list[dict[str, Any]]:
        """What it sees when it does this."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(ask).encode() + b"\n")
        await self.process.stdin.drain()
        seen: list[dict[str, Any]] = await self.line()
        return seen

    async def line(self) -> Any:
        """The next thing it says."""
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        assert line, "the program has ended: its own words are above"
        return json.loads(line)


def python_new() -> Command:
    """The SDK in the environment of the tests."""
    locked = _locked_version(HERE.parents[1] / "requirements-dev.txt")
    return Command((sys.executable, "-P", str(HERE / "python_client.py")), {}, locked)


def python_old() -> Command:
    """The last one before 1.0, on httpx: with its dependencies in a folder of its own, and nothing but them."""
    folder = Path(sys.prefix) / "sdks" / "python_old"
    _require(folder)
    locked = _locked_version(HERE / "python_old" / "requirements.txt")
    return Command((sys.executable, "-S", "-P", str(HERE / "python_client.py")), {"PYTHONPATH": str(folder)}, locked)


def typescript() -> Command:
    """The SDK for JavaScript."""
    node = find_node()
    if node is None:
        pytest.skip(f"THE TYPESCRIPT SDK IS NOT TESTED: there is no Node.js {OLDEST} or newer; try `make sdks`")
    _require(HERE / "typescript" / "node_modules")
    lock = json.loads((HERE / "typescript" / "package-lock.json").read_text())
    locked = lock["packages"]["node_modules/@anthropic-ai/sdk"]["version"]
    return Command((str(node), str(HERE / "typescript" / "client.mjs")), {}, locked)


PROGRAMS = {"python": python_new, "python_old": python_old, "typescript": typescript}


@asynccontextmanager
async def sdk_program(command: Command) -> AsyncIterator[SdkProgram]:
    """A program, until it is told that nothing more comes; what it writes to standard error is the test's."""
    process = await asyncio.create_subprocess_exec(
        *command.arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **command.environ},
        limit=LONGEST_LINE,
    )
    try:
        program = SdkProgram("", "", command.locked, process)
        greeting = await program.line()
        program.language, program.version = greeting["language"], greeting["version"]
        yield program
        assert process.stdin is not None
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _require(folder: Path) -> None:
    if not folder.is_dir():
        pytest.fail(f"{folder} is missing: `make sdks` installs it")


def _locked_version(lock: Path) -> str:
    found = re.search(r"^anthropic==(\S+)", lock.read_text(), re.MULTILINE)
    assert found is not None
    return found[1]
