"""Finished requests as metrics: what was asked, how it ended, what it took and cost."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric

from claudeflare.live.request_counts import Counts, Histogram, RequestCounts


def request_metrics(counted: RequestCounts) -> list[Metric]:
    """Counters and histograms since control began."""
    lock, counts = counted.read()
    with lock:
        return [*_counters(counts), *_histograms(counts)]


def _counters(counts: Counts) -> Iterator[Metric]:
    requests = CounterMetricFamily(
        "claudeflare_requests",
        "Requests that ended, by what the client saw. `account` is empty where none was used.",
        labels=("account", "model", "status", "terminal_state"),
    )
    tokens = CounterMetricFamily(
        "claudeflare_tokens",
        "Tokens of those requests; `kind`: input, cache_read, cache_write_5m, cache_write_1h, output.",
        labels=("account", "model", "kind"),
    )
    cost = CounterMetricFamily(
        "claudeflare_cost_usd",
        "What they cost by list price, in US dollars, where that is known.",
        labels=("account", "model"),
    )
    attempts = CounterMetricFamily(
        "claudeflare_upstream_attempts",
        "Tries at the API, by how each ended: served, rate_limited, overloaded, connect_failed, …",
        labels=("account", "outcome"),
    )
    for family, values in (
        (requests, counts.requests),
        (tokens, counts.tokens),
        (cost, counts.cost),
        (attempts, counts.attempts),
    ):
        for labels, value in values.items():
            family.add_metric(labels, value)
        yield family
    yield CounterMetricFamily(
        "claudeflare_unpriced_requests", "Requests with tokens whose price is not known.", value=counts.unpriced
    )


def _histograms(counts: Counts) -> Iterator[Metric]:
    yield _family(
        "claudeflare_request_duration_seconds",
        "From the request's first byte to the answer's last, of requests answered whole.",
        {(streaming,): histogram for streaming, histogram in counts.duration.items()},
        ("streaming",),
    )
    yield _family(
        "claudeflare_time_to_first_content_seconds",
        "From the request's first byte to the answer's first content.",
        {(model,): histogram for model, histogram in counts.first_content.items()},
        ("model",),
    )
    yield _family(
        "claudeflare_overhead_seconds", "Spent inside Claudeflare itself, for each request.", {(): counts.overhead}, ()
    )
    yield _family("claudeflare_queued_seconds", "Waited for an account, for each request.", {(): counts.queued}, ())


def _family(
    name: str, about: str, histograms: dict[tuple[str, ...], Histogram], labels: tuple[str, ...]
) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, about, labels=labels)
    for values, histogram in histograms.items():
        family.add_metric(values, histogram.cumulative(), histogram.sum)
    return family
