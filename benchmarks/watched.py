"""What clients notice while people watch: the same light load without and with dashboards that are told everything."""

from __future__ import annotations

import http.client
import random
import statistics
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from load import Load, Measurement
from product import Claudeflare
from setups import NO_PAYLOADS

STEADY: Final = ("-c", "64", "-R", "200", "-W", ".3", "-d", "3")
DASHBOARDS: Final = 3
PAIRS: Final = 12


@dataclass(frozen=True)
class Watched:
    """What the gateway adds to a request, with nobody watching and with dashboards. Medians over the pairs, in µs."""

    pairs: int
    direct_p99_us: float
    """Without a gateway: what the load generator sees when it asks itself."""
    alone_p50_us: float
    alone_p99_us: float
    watched_p50_us: float
    watched_p99_us: float
    p99_ratio: float
    """Of the medians of what is added, watched / alone."""
    spread: tuple[float, float]
    """Between which the ratio is in 90 % of drawings of as many pairs from those measured (bootstrap)."""
    events: int
    """Told to all dashboards together."""
    bytes: int

    def as_text(self) -> str:
        """Two lines."""
        low, high = self.spread
        return (
            f"200 requests/s, {DASHBOARDS} dashboards watching: p50 {self.watched_p50_us:.0f} µs added,"
            f" p99 {self.watched_p99_us:.0f} µs; nobody watching: p50 {self.alone_p50_us:.0f} µs,"
            f" p99 {self.alone_p99_us:.0f} µs (p99 without a gateway: {self.direct_p99_us:.0f} µs).\n"
            f"p99 added, watched / alone: {self.p99_ratio:.2f}, 90 % between {low:.2f} and {high:.2f}"
            f" ({self.pairs} pairs). The dashboards were told {self.events} events, {self.bytes // 1024} KB."
        )


@dataclass(frozen=True)
class Pair:
    """Adjacent runs of the same load."""

    direct: Measurement
    alone: Measurement
    watched: Measurement

    def added(self, which: str) -> tuple[float, float]:
        """What the gateway adds at a percentile, alone and watched."""
        name = f"latency_{which}_us"
        return self.alone[name] - self.direct[name], self.watched[name] - self.direct[name]


def with_dashboards(load: Load, pairs: int = PAIRS) -> Watched:
    """Measure in turn, on one server, in changing order: what drifts meanwhile meets both alike."""
    measured: list[Pair] = []
    events = size = 0
    with Claudeflare(f"http://127.0.0.1:{load.upstream_port}", dict(NO_PAYLOADS)) as product:
        product.begin()
        product.settle(load.run(product.port, [product.gateway_pid], STEADY))
        for number in range(pairs):
            direct = load.run(load.upstream_port, [product.gateway_pid], STEADY)
            alone = None if number % 2 else _run(product, load)
            with Dashboards(product) as dashboards:
                watched = _run(product, load)
            events, size = events + dashboards.events, size + dashboards.bytes
            measured.append(Pair(direct, alone or _run(product, load), watched))
    (alone_p50, watched_p50), (alone_p99, watched_p99) = medians(measured, "p50"), medians(measured, "p99")
    return Watched(
        pairs=pairs,
        direct_p99_us=statistics.median(pair.direct["latency_p99_us"] for pair in measured),
        alone_p50_us=alone_p50,
        alone_p99_us=alone_p99,
        watched_p50_us=watched_p50,
        watched_p99_us=watched_p99,
        p99_ratio=watched_p99 / alone_p99,
        spread=spread_of(measured),
        events=events,
        bytes=size,
    )


def medians(pairs: Sequence[Pair], which: str) -> tuple[float, float]:
    """Of what is added at a percentile: alone, watched."""
    added = [pair.added(which) for pair in pairs]
    return statistics.median(alone for alone, _ in added), statistics.median(watched for _, watched in added)


def spread_of(pairs: Sequence[Pair]) -> tuple[float, float]:
    """Where the ratio of the medians at p99 would be with other luck: its 5th and 95th percentile."""
    luck = random.Random(1)
    drawn = (medians(luck.choices(pairs, k=len(pairs)), "p99") for _ in range(1000))
    ratios = sorted(watched / alone for alone, watched in drawn)
    return ratios[50], ratios[950]


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
