"""The project's files, as the tests of its structure see them."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "claudeflare"
TESTS = ROOT / "tests"


def modules() -> dict[str, Path]:
    """Dotted name -> file of every module of the product, packages' `__init__` among them."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def importable_modules() -> list[str]:
    """Those that can be imported by themselves: Alembic alone can run its environment and its revisions."""
    return [name for name in modules() if not name.startswith("claudeflare.storage.migrations.")]


def project_files() -> list[Path]:
    """Every text file that is part of the project: what git knows or would add, or all there is in an unpacked copy."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True
    )
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not any(map(_is_installed, path.relative_to(ROOT).parts))]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8192]]


def _is_installed(part: str) -> bool:
    """Whether what lies in a folder of this name was put there by a tool."""
    return part.startswith(".") or part in ("node_modules", "build", "dist")
