"""What clients notice while people watch: the same light load without and with dashboards that are told everything."""

from __future__ import annotations

import http.client
import statistics
import threading
from dataclasses import dataclass
from typing import Final

from load import Load, Measurement
from product import Claudeflare
from setups import NO_PAYLOADS

STEADY: Final = ("-c", "64", "-R", "200", "-W", ".4", "-d", "4")
DASHBOARDS: Final = 3
PAIRS: Final = 5


@dataclass(frozen=True)
class Watched:
    """Medians over pairs of runs, one of each pair with nobody watching."""

    alone_p50_us: float
    alone_p99_us: float
    watched_p50_us: float
    watched_p99_us: float
    p99_ratio: float
    """The median of the pairs' own ratios."""
    events: int
    """Told to all dashboards together."""
    bytes: int

    def as_text(self) -> str:
        """One line."""
        return (
            f"200 requests/s, {DASHBOARDS} dashboards watching: p50 {self.watched_p50_us:.0f} µs,"
            f" p99 {self.watched_p99_us:.0f} µs;"
            f" nobody watching: p50 {self.alone_p50_us:.0f} µs, p99 {self.alone_p99_us:.0f} µs;"
            f" p99 watched / alone {self.p99_ratio:.2f}. They were told {self.events} events, {self.bytes // 1024} KB."
        )


def with_dashboards(load: Load, pairs: int = PAIRS) -> Watched:
    """Measure both in turn, on one server."""
    alone: list[Measurement] = []
    watched: list[Measurement] = []
    events = size = 0
    with Claudeflare(f"http://127.0.0.1:{load.upstream_port}", dict(NO_PAYLOADS)) as product:
        product.begin()
        product.settle(load.run(product.port, [product.gateway_pid], STEADY))
        for _ in range(pairs):
            alone.append(_run(product, load))
            with Dashboards(product) as dashboards:
                watched.append(_run(product, load))
            events, size = events + dashboards.events, size + dashboards.bytes
    ratios = [
        with_["latency_p99_us"] / without["latency_p99_us"] for with_, without in zip(watched, alone, strict=True)
    ]
    return Watched(
        alone_p50_us=statistics.median(each["latency_p50_us"] for each in alone),
        alone_p99_us=statistics.median(each["latency_p99_us"] for each in alone),
        watched_p50_us=statistics.median(each["latency_p50_us"] for each in watched),
        watched_p99_us=statistics.median(each["latency_p99_us"] for each in watched),
        p99_ratio=statistics.median(ratios),
        events=events,
        bytes=size,
    )


def _run(product: Claudeflare, load: Load) -> Measurement:
    measured = load.run(product.port, [product.gateway_pid], STEADY)
    product.settle(measured)
    return measured


class Dashboards:
    """Read `/api/events` while the `with` block runs."""

    def __init__(self, product: Claudeflare) -> None:
        self.events = 0
        self.bytes = 0
        self._product = product
        self._connections: list[http.client.HTTPConnection] = []
        self._threads: list[threading.Thread] = []
        self._counting = threading.Lock()

    def __enter__(self) -> Dashboards:
        for _ in range(DASHBOARDS):
            connection = http.client.HTTPConnection("127.0.0.1", self._product.port, timeout=60)
            connection.request("GET", "/api/events", headers={"authorization": f"Bearer {self._product.token}"})
            answer = connection.getresponse()
            if answer.status != 200:
                raise SystemExit(f"/api/events answers {answer.status}: {answer.read(500)!r}")
            self._connections.append(connection)
            self._threads.append(threading.Thread(target=self._read, args=(answer,)))
            self._threads[-1].start()
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            if connection.sock is not None:
                connection.sock.shutdown(2)
        for thread in self._threads:
            thread.join()
        for connection in self._connections:
            connection.close()

    def _read(self, answer: http.client.HTTPResponse) -> None:
        try:
            for line in answer:
                with self._counting:
                    self.bytes += len(line)
                    self.events += line.startswith(b"event:")
        except (OSError, http.client.HTTPException):
            return  # closed by `__exit__`
