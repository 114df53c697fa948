"""Every command and program of docs/clients.md, run as printed, before a simulated API.

A `text` block shows lines that the block before it prints; `…` stands for anything.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.command_line import CLAUDEFLARE, CommandLine, environment

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
ASKED_URL = "http://localhost:8080"
ANNOUNCED_URL = "http://127.0.0.1:8080"
STAND_IN = f"""#!{sys.executable}
# Stands in for Claude Code: says hello as the program would.
import os, urllib.request
headers = {{"authorization": "Bearer " + os.environ["ANTHROPIC_AUTH_TOKEN"], "anthropic-version": "2023-06-01"}}
url = os.environ["ANTHROPIC_BASE_URL"] + "/v1/models?limit=1000"
print(urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10).read().decode())
"""


@dataclass(frozen=True)
class Block:
    """One fenced block, with the output that the page shows for it."""

    line: int
    language: str
    text: str
    shown: tuple[str, ...]


def blocks() -> list[Block]:
    page = PAGE.read_text()
    fences = list(re.finditer(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    found = []
    for index, fence in enumerate(fences):
        follower = fences[index + 1] if index + 1 < len(fences) else None
        shown = follower[2].splitlines() if follower is not None and follower[1] == "text" else []
        found.append(Block(page[: fence.start()].count("\n") + 1, fence[1], fence[2], tuple(shown)))
    return found


RUNNABLE = [block for block in blocks() if block.language in ("bash", "python")]


@dataclass(frozen=True)
class World:
    """A running server with two accounts, and what a snippet finds around it."""

    url: str
    home: Path
    programs: Path

    def run(self, block: Block, directory: Path) -> str:
        """What the block prints; fails as the block does."""
        text = block.text.replace(ASKED_URL, self.url)
        path = f"{self.programs}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        command = ["bash", "-euo", "pipefail", "-c", text] if block.language == "bash" else [sys.executable, "-c", text]
        done = subprocess.run(
            command,
            env=environment(self.home, PATH=path, NO_PROXY="*"),
            cwd=directory,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.replace(self.url, ANNOUNCED_URL)


def listening(*arguments: str, home: Path, **more: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [*CLAUDEFLARE, *arguments, "--port", "0"],
        env=environment(home, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().split()[-1]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("clients")
    home = directory / "home"
    programs = directory / "bin"
    programs.mkdir()
    (programs / "claude").write_text(STAND_IN)
    (programs / "claude").chmod(0o755)
    for name, priority in (("work", "0"), ("spare", "1")):
        CommandLine(home).run("add", name, "--priority", priority, input=f"sk-ant-api03-{name}")
    upstream, upstream_url = listening("simulator", "--ttft", "0", home=home)
    server, url = listening("serve", home=home, CLAUDEFLARE_UPSTREAM_URL=upstream_url)
    yield World(url, home, programs)
    for process in (server, upstream):
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.parametrize("block", RUNNABLE, ids=[f"line-{block.line}" for block in RUNNABLE])
def test_a_snippet_does_what_the_page_says(world: World, tmp_path: Path, block: Block) -> None:
    if "curl " in block.text and shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    printed = [line.rstrip() for line in world.run(block, tmp_path).splitlines()]
    for line in block.shown:
        pattern = ".*".join(map(re.escape, line.split("…")))
        assert any(re.fullmatch(pattern, one, re.IGNORECASE) for one in printed), f"{line!r} is not among {printed}"


def test_the_page_has_what_it_promises() -> None:
    languages = [block.language for block in RUNNABLE]
    assert languages.count("python") == 2
    assert languages.count("bash") >= 7
