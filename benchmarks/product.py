"""Claudeflare as it is shipped, pinned to core 0: a whole `claudeflare serve` with one account, recording."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType, TracebackType

from load import Measurement
from nginx import PROXY_CORE

START_SECONDS = 30.0
RECORD_SECONDS = 120.0
"""How long control may take to write down what a run has answered."""

QUIET_SECONDS = 0.25
QUIET_SHARE = 0.04
"""Of a core: what control takes when there is nothing to do, several times over."""


class ProductFailed(Exception):
    """Claudeflare does not start, or does not record what it answered."""


class Claudeflare:
    """Runs while its `with` block does, in a temporary home. Counts what recording costs beside the gateway."""

    def __init__(self, upstream: str, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        """`upstream` is its URL; `settings` are more variables of the environment."""
        self._home = tempfile.TemporaryDirectory(prefix="claudeflare-bench-home-")
        self._settings = {"CLAUDEFLARE_UPSTREAM_URL": upstream, **settings}
        self._program = Path(sys.executable).with_name("claudeflare")
        self.port = 0
        self.answered = 0
        """Whole answers the load generator has counted so far."""
        self.recording_seconds = 0.0
        """CPU of control and supervisor over the runs since `begin`."""
        self.recorded = 0
        """Records written in that time."""

    def __enter__(self) -> Claudeflare:
        home = Path(self._home.name)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CLAUDEFLARE_")}
        environment |= {"CLAUDEFLARE_HOME": str(home), "LOG_LEVEL": "warn", **self._settings}
        key = b"sk-ant-api03-benchmark\n"
        added = subprocess.run([self._program, "add", "bench"], input=key, env=environment, capture_output=True)
        if added.returncode:
            raise ProductFailed(f"`claudeflare add` failed: {added.stderr.decode().strip()}")
        command = ["taskset", "-c", PROXY_CORE, str(self._program), "serve", "--port", "0"]
        self._log = (home / "serve.log").open("w+b")
        self._supervisor = subprocess.Popen(command, env=environment, stdout=self._log, stderr=self._log)
        self.port = self._port_once_ready(home / "server.json")
        self._find_children()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._supervisor.send_signal(signal.SIGTERM)
        self._supervisor.wait()
        self._log.close()
        self._home.cleanup()

    @property
    def problems(self) -> list[str]:
        """What the server has logged at `warn` or above: nothing, when all is well."""
        logged = (Path(self._home.name) / "serve.log").read_text(encoding="utf-8", errors="replace")
        return [line for line in logged.splitlines() if not line.startswith("listening on ")]

    @property
    def rss_mb(self) -> float:
        """Memory of all three processes."""
        return sum(_rss_mb(pid) for pid in (self.gateway_pid, *self._other_pids))

    def begin(self) -> None:
        """Count recording from here on."""
        self.recording_seconds, self.recorded = 0.0, 0
        self._cpu_before = self._other_cpu_seconds()
        self._rows_before = self._rows()

    def settle(self, measured: Measurement) -> None:
        """Wait until every whole answer of the run is in the database, and count what that took."""
        self.answered += int(measured["whole"])
        deadline = time.monotonic() + RECORD_SECONDS
        while self.complete_rows() < self.answered:
            if time.monotonic() > deadline:
                raise ProductFailed(f"{self.answered} whole answers, but {self.complete_rows()} records of such")
            time.sleep(0.05)
        self._wait_until_quiet(deadline)
        self.recording_seconds = self._other_cpu_seconds() - self._cpu_before
        self.recorded = self._rows() - self._rows_before

    @property
    def token(self) -> str:
        """What opens its REST API."""
        return (Path(self._home.name) / "control-token").read_text(encoding="utf-8").strip()

    @property
    def disk_bytes(self) -> dict[str, int]:
        """What it has stored, by kind. To be asked when it is quiet; logs not yet folded into their file count."""
        home = Path(self._home.name)
        kinds = {"records": "claudeflare.db*", "payloads": "payloads.db*"}
        return {kind: sum(path.stat().st_size for path in home.glob(names)) for kind, names in kinds.items()}

    def _wait_until_quiet(self, deadline: float) -> None:
        """Until control has nothing left to do: what it stores behind the records counts as well."""
        while time.monotonic() < deadline:
            before = self._other_cpu_seconds()
            time.sleep(QUIET_SECONDS)
            if self._other_cpu_seconds() - before < QUIET_SECONDS * QUIET_SHARE:
                return
        raise ProductFailed(f"control is still at work {RECORD_SECONDS:.0f} s after the load has ended")

    def complete_rows(self) -> int:
        """Records of requests that were answered whole."""
        return self._rows("terminal_state = 'complete' AND status = 200")

    def _rows(self, condition: str = "true") -> int:
        database = f"file:{self._home.name}/claudeflare.db?mode=ro"
        with closing(sqlite3.connect(database, uri=True)) as connection:
            (count,) = connection.execute(f"SELECT count(*) FROM requests WHERE {condition}").fetchone()
        return int(count)

    def _port_once_ready(self, announcement: Path) -> int:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._supervisor.poll() is None:
            if announcement.exists():
                return int(json.loads(announcement.read_text())["url"].rpartition(":")[2])
            time.sleep(0.05)
        raise ProductFailed(f"`claudeflare serve` did not start: {' '.join(self.problems)[-500:]}")

    @property
    def control_pid(self) -> int:
        """The process that stores."""
        return self._other_pids[-1]

    def _find_children(self) -> None:
        supervisor = self._supervisor.pid
        children = map(int, Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split())
        commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
        self.gateway_pid = next(pid for pid, command in commands.items() if b"claudeflare.gateway" in command)
        control = next(pid for pid, command in commands.items() if b"claudeflare.control" in command)
        self._other_pids = [supervisor, control]

    def _other_cpu_seconds(self) -> float:
        return sum(_cpu_seconds(pid) for pid in self._other_pids)


def _cpu_seconds(pid: int) -> float:
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def _rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return float(status.partition("VmRSS:")[2].split()[0]) / 1024
