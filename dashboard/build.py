"""Builds the dashboard, and checks its sources, with Node.js.

    build.py build             dashboard/dist, unless it is there for these sources already
    build.py types             src/api/schema.d.ts, the API's types for TypeScript
    build.py check             lint, format, types; and that schema.d.ts is of this API
    build.py run PROGRAM …     a program of the packages, e.g. vite or vitest

Packages are installed first, exactly those of package-lock.json. Used by the Makefile and by the build hook, so it
needs nothing but Python's own library (and for the API's types, Claudeflare). Exit status 3: there is no Node.js.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from node_program import OLDEST, PACKAGE, environment, find_node, npm_command

HERE = Path(__file__).resolve().parent
DIST = HERE / "dist"
MODULES = HERE / "node_modules"
TYPES = HERE / "src" / "api" / "schema.d.ts"
STAMP = ".installed-from"
DIST_STAMP = ".dist-built-from"
"""In `node_modules`, not in `dist`: all of that is sent to browsers."""
INPUTS = ("index.html", "package-lock.json", "package.json", "tsconfig.json", "vite.config.ts", "public", "src", "vite")
"""What the built files depend on."""
NO_NODE_STATUS = 3


class NoNodeError(Exception):
    """There is no Node.js that is new enough."""


def build() -> None:
    """Build what is not built yet. Raises `NoNodeError`, `CalledProcessError`."""
    wanted = digest(HERE / each for each in INPUTS)
    stamp = MODULES / DIST_STAMP
    if not (DIST / "index.html").exists() or not stamp.exists() or stamp.read_text() != wanted:
        run(["vite", "build", "--logLevel", "warn"])
        stamp.write_text(wanted)


def types() -> str:
    """The API's types, made of its own description."""
    command = [sys.executable, "-m", "claudeflare.api.openapi"]
    described = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    install()
    description, made = MODULES / ".openapi.json", MODULES / ".schema.d.ts"
    description.write_bytes(described)
    run(["openapi-typescript", str(description), "--output", str(made)], quiet=True)
    return made.read_text()


def check() -> bool:
    """Whether everything is as it should be; says what is not."""
    fresh = TYPES.exists() and TYPES.read_text() == types()
    if not fresh:
        print(f"{TYPES.relative_to(HERE.parent)} is not of this API: run make dashboard-types", file=sys.stderr)
    run(["biome", "check", "--error-on-warnings"])
    run(["tsc"])
    return fresh


def install() -> None:
    """Install exactly what package-lock.json names, unless that is there already."""
    wanted = digest([HERE / "package-lock.json", HERE / ".npmrc"])
    stamp = MODULES / STAMP
    if not stamp.exists() or stamp.read_text() != wanted:
        _start([*npm_command(_node()), "ci", "--silent"])
        stamp.write_text(wanted)


def run(command: Sequence[str], quiet: bool = False) -> None:
    """Run a program of one of the packages. Raises `NoNodeError`, `CalledProcessError`."""
    install()
    program, *arguments = command
    _start([str(_node()), str((MODULES / ".bin" / program).resolve()), *arguments], quiet)


def digest(paths: Iterable[Path], root: Path = HERE) -> str:
    """Of the names and contents of files, and of all files in directories below `root`."""
    found = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found.update(f"{file.relative_to(root)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


def _start(command: Sequence[str], quiet: bool = False) -> None:
    output = subprocess.DEVNULL if quiet else None
    subprocess.run(command, cwd=HERE, env=environment(_node()), check=True, stdout=output)


def _node() -> Path:
    node = find_node()
    if node is None:
        raise NoNodeError(
            f"The dashboard is built with Node.js {OLDEST} or newer. Install it, or: pip install {PACKAGE}"
        )
    return node


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    try:
        match arguments:
            case ["build"]:
                build()
            case ["types"]:
                TYPES.write_text(types())
            case ["check"]:
                return 0 if check() else 1
            case ["run", *command] if command:
                run(command)
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except NoNodeError as error:
        print(error, file=sys.stderr)
        return NO_NODE_STATUS
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
