"""The load generator: built from `loadgen.c` when needed, run on core 1 against one proxy at a time."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOAD_CORE = "1"
SOURCE = Path(__file__).with_name("loadgen.c")
FAILURES = ("broken", "wrong", "bad_credential", "unconnected")


class LoadFailed(Exception):
    """The load generator cannot be built, or gave no result."""


@dataclass(frozen=True)
class Measurement:
    """What one run found; `figures` as `loadgen.c` prints them, times in microseconds, memory in MB."""

    figures: dict[str, Any]

    def __getitem__(self, name: str) -> float:
        return float(self.figures[name])

    @property
    def failures(self) -> int:
        """Answers that were cut off, wrong, asked for with the wrong credential, or never came."""
        return sum(int(self.figures[name]) for name in FAILURES)

    @property
    def message(self) -> str:
        """About the first failure."""
        return str(self.figures["message"])


def build() -> Path:
    """Compile the generator into the temporary directory, once for each version of its source."""
    if shutil.which("gcc") is None:
        raise LoadFailed("gcc is not installed (Debian: apt-get install gcc libc6-dev)")
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:12]
    built = Path(tempfile.gettempdir()) / f"claudeflare-loadgen-{digest}"
    if not built.exists():
        unfinished = built.with_suffix(".new")
        command = ["gcc", "-O2", "-Wall", "-Wno-format-truncation", "-o", str(unfinished), str(SOURCE)]
        if subprocess.run(command).returncode:
            raise LoadFailed("loadgen.c does not compile; gcc's messages are above")
        unfinished.rename(built)
    return built


@dataclass(frozen=True)
class Load:
    """A generator that plays the upstream on one port."""

    program: Path
    upstream_port: int

    def run(self, proxy_port: int, pids: Sequence[int], arguments: Sequence[str]) -> Measurement:
        """Send one kind of load through a proxy whose CPU and memory are those of `pids`."""
        command = ["taskset", "-c", LOAD_CORE, str(self.program), "-u", str(self.upstream_port)]
        command += ["-x", str(proxy_port), "-p", ",".join(map(str, pids)), *arguments]
        failed = ""
        for _ in range(3):  # the upstream's port may still be held by the run before
            ended = subprocess.run(command, capture_output=True, text=True, timeout=90)
            if ended.returncode == 0:
                return Measurement(json.loads(ended.stdout))
            failed = ended.stderr.strip()
            time.sleep(0.5)
        raise LoadFailed(f"no result from the load generator: {failed}")
