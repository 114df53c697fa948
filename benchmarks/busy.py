"""What clients notice while control works as hard as it can: a backlog to store, queries, records to delete."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import threading
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load import Load, Measurement
from product import Claudeflare
from setups import NO_PAYLOADS

PROBE = Path(__file__).with_name("probe")
"""Holds a `sitecustomize` that measures the gateway's event loop from inside."""
BACKLOG = ("-c", "64", "-W", ".3", "-d", "5")
STEADY = ("-c", "64", "-R", "200", "-W", ".4", "-d", "4")
QUERIES = ("/api/requests?limit=200", "/api/stats", "/api/requests?limit=200&status=error", "/api/accounts")


@dataclass(frozen=True)
class Moment:
    """The same light load, 200 requests a second, in one situation."""

    p50_us: float
    p99_us: float
    longest_callback_ms: float
    """The longest the gateway's loop did not come back to a timer: a callback, or another process on its core."""
    waited_ms: float
    """How long in all the gateway was ready to run and did not, per second."""


@dataclass(frozen=True)
class Busy:
    """Without and with work for control."""

    quiet: Moment
    busy: Moment
    backlog: int
    """Requests that control had still to store when the busy load began."""
    queries: int
    """Answered by control in that time."""
    deleted: int
    """Records deleted in that time."""

    def as_text(self) -> str:
        """Two lines."""
        return "\n".join(
            f"200 requests/s, {name}: p50 {moment.p50_us:.0f} µs, p99 {moment.p99_us:.0f} µs; the gateway's loop was"
            f" late by at most {moment.longest_callback_ms:.1f} ms and waited {moment.waited_ms:.1f} ms/s for its core."
            for name, moment in (
                ("control idle", self.quiet),
                (f"control storing {self.backlog}, deleting {self.deleted}, answering {self.queries}", self.busy),
            )
        )


def under_load_of_control(load: Load) -> Busy:
    """Measure both. The probe's timer costs the gateway some CPU, hence a server of its own."""
    with tempfile.NamedTemporaryFile(prefix="claudeflare-bench-probe-") as probed:
        path = os.pathsep.join(filter(None, (str(PROBE), os.environ.get("PYTHONPATH"))))
        settings = {**NO_PAYLOADS, "PYTHONPATH": path, "BENCH_PROBE_FILE": probed.name}
        with Claudeflare(f"http://127.0.0.1:{load.upstream_port}", settings) as product:
            product.begin()
            product.settle(load.run(product.port, [product.gateway_pid], STEADY))
            quiet, settled = _moment(product, load, Path(probed.name))
            product.settle(settled)
            os.kill(product.control_pid, signal.SIGSTOP)
            before = load.run(product.port, [product.gateway_pid], BACKLOG)
            os.kill(product.control_pid, signal.SIGCONT)
            with Errands(product) as errands:
                busy, _ = _moment(product, load, Path(probed.name))
            return Busy(quiet, busy, int(before["whole"]), errands.answered, errands.deleted)


def _moment(product: Claudeflare, load: Load, probed: Path) -> tuple[Moment, Measurement]:
    os.kill(product.gateway_pid, signal.SIGUSR2)  # forget what was measured so far
    waited = _waited_seconds(product.gateway_pid)
    measured = load.run(product.port, [product.gateway_pid], STEADY)
    waited = _waited_seconds(product.gateway_pid) - waited
    moment = Moment(
        p50_us=measured["latency_p50_us"],
        p99_us=measured["latency_p99_us"],
        longest_callback_ms=float(probed.read_text()),
        waited_ms=waited * 1000 / float(STEADY[-1]),
    )
    return moment, measured


def _waited_seconds(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


class Errands:
    """Keeps control's API busy while its `with` block runs: queries without a pause, and deletions."""

    def __init__(self, product: Claudeflare) -> None:
        self.answered = 0
        self.deleted = 0
        self._url = f"http://127.0.0.1:{product.port}"
        self._token = product.token
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._query), threading.Thread(target=self._delete)]

    def __enter__(self) -> Errands:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _query(self) -> None:
        while not self._stop.is_set():
            for path in QUERIES:
                self._call("GET", path)
                self.answered += 1

    def _delete(self) -> None:
        while not self._stop.wait(0.2):
            self.deleted += int(self._call("POST", "/api/maintenance/clear-history")["deleted"])

    def _call(self, method: str, path: str) -> Any:
        headers = {"authorization": f"Bearer {self._token}"}
        request = urllib.request.Request(self._url + path, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
