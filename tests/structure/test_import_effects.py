"""Importing a module does nothing but define, and the gateway's process loads nothing it must not have."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from structure import watched_import
from structure.source_tree import importable_modules

LOADED = """
import importlib, json, sys, time
began = time.perf_counter()
importlib.import_module(sys.argv[1])
print(json.dumps({"seconds": time.perf_counter() - began, "modules": sorted(sys.modules)}))
"""

SERVERS_LIBRARIES = {
    "alembic",
    "cryptography",
    "fastapi",
    "genai_prices",
    "httpx2",
    "pydantic",
    "sqlalchemy",
    "uvicorn",
}
NOT_IN_THE_DATA_PLANE = {*SERVERS_LIBRARIES, "psycopg", "rich", "sqlite3", "starlette", "typer"}

Report = Callable[[str, object], None]


def run(*command: str) -> object:
    finished = subprocess.run(
        [sys.executable, "-W", "error", *command], capture_output=True, text=True, timeout=50, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def loaded_by(module: str, record_property: Report) -> set[str]:
    """Top-level packages in `sys.modules` after the import; the time it took goes into the test report."""
    result = run("-c", LOADED, module)
    assert isinstance(result, dict)
    record_property(f"seconds to import {module}", round(result["seconds"], 3))
    return {name.partition(".")[0] for name in result["modules"]}


def watched(*modules: str) -> object:
    return run(watched_import.__file__, *modules)


def test_importing_has_no_effects() -> None:
    assert watched(*importable_modules()) == []


def test_the_watch_sees_what_it_should(tmp_path: Path) -> None:
    # Else the test above could pass for the wrong reason.
    culprit = tmp_path / "claudeflare_culprit.py"
    culprit.write_text(
        "import logging, os, signal, socket\n"
        "os.environ.get('PATH'); os.getenv('HOME'); 'HOME' in os.environ\n"
        "socket.socket().close()\n"
        "open(__file__ + '.txt', 'w').close()\n"
        "signal.signal(signal.SIGUSR1, lambda *_: None)\n"
        "logging.basicConfig()\n"
    )
    places = [str(tmp_path), str(Path(watched_import.__file__).parent)]
    program = (
        f"import sys; sys.path[:0] = {places}; import watched_import; watched_import.main(['claudeflare_culprit'])"
    )
    seen = run("-c", program)
    assert isinstance(seen, list)
    for expected in ("variable PATH", "variable HOME", "socket.__new__", "writes", "a handler for", "root logger"):
        assert any(expected in each for each in seen), (expected, seen)


def test_the_gateway_loads_no_database_and_no_framework(record_property: Report) -> None:
    assert not loaded_by("claudeflare.gateway.process", record_property) & NOT_IN_THE_DATA_PLANE


def test_the_supervisor_loads_no_database_and_no_framework(record_property: Report) -> None:
    assert not loaded_by("claudeflare.supervisor.serve", record_property) & NOT_IN_THE_DATA_PLANE


def test_the_command_line_starts_without_the_servers_libraries(record_property: Report) -> None:
    assert not loaded_by("claudeflare.cli.main", record_property) & SERVERS_LIBRARIES
