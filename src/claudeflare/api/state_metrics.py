"""The server's state as metrics: accounts and their limits, what runs and waits, what is stored."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric

from claudeflare import __version__
from claudeflare.api.account_defaults import effective
from claudeflare.api.services import Services
from claudeflare.api.standing import is_available, reset_time, status_word
from claudeflare.api.stats import shed_records
from claudeflare.balancing.account import AccountState
from claudeflare.home import Home


def state_metrics(services: Services) -> Iterator[Metric]:
    """As of now. Reads the list of accounts; nothing here grows with the number of requests."""
    build = InfoMetricFamily("claudeflare_build", "The version that runs.")
    build.add_metric((), {"version": __version__, "python": platform.python_version()})
    yield build
    yield from _accounts(services)
    yield from _limits(services)
    waiting, _ = services.gateways.waiting()
    yield GaugeMetricFamily("claudeflare_waiting_requests", "Requests that wait for an account.", value=waiting)
    yield GaugeMetricFamily(
        "claudeflare_waiting_requests_limit",
        "How many may wait, over all gateways.",
        value=services.settings.queue_limit * services.settings.workers,
    )
    strategy = GaugeMetricFamily("claudeflare_strategy", "1 for the policy in force.", labels=("strategy",))
    strategy.add_metric((services.strategy.current(),), 1)
    yield strategy
    yield from _records(services)


def _accounts(services: Services) -> Iterator[Metric]:
    available = GaugeMetricFamily(
        "claudeflare_account_available", "1 when the account takes requests now.", labels=("account",)
    )
    status = GaugeMetricFamily(
        "claudeflare_account_status",
        "1 for the status the account has: ok, paused, limited, cooling down, needs attention.",
        labels=("account", "status"),
    )
    reset = GaugeMetricFamily(
        "claudeflare_account_reset_timestamp_seconds",
        "When what keeps requests off the account is over; missing when nothing does, or somebody has to act.",
        labels=("account",),
    )
    running = GaugeMetricFamily(
        "claudeflare_in_flight_requests", "Requests that run on the account now.", labels=("account",)
    )
    now, states, in_flight = services.clock(), services.states.by_account(), services.gateways.in_flight()
    for stored in services.accounts.list():
        account = effective(stored.account, services.settings)
        state = states.get(account.id) or AccountState()
        available.add_metric((account.name,), int(is_available(account, state, now)))
        # Without the model classes after the colon: those are `claudeflare_limit_used_ratio`.
        status.add_metric((account.name, status_word(account, state, now).partition(":")[0]), 1)
        if (until := reset_time(account, state, now)) is not None:
            reset.add_metric((account.name,), until)
        running.add_metric((account.name,), in_flight.get(account.id, 0))
    yield from (available, status, reset, running)


def _limits(services: Services) -> Iterator[Metric]:
    labels = ("account", "limit", "model_class")
    used = GaugeMetricFamily(
        "claudeflare_limit_used_ratio",
        "Share used up of each limit an answer has told of; `limit`: 5h, 7d, requests, input tokens, …",
        labels=labels,
    )
    resets = GaugeMetricFamily(
        "claudeflare_limit_reset_timestamp_seconds", "When all of that limit is there again.", labels=labels
    )
    names = {stored.account.id: stored.account.name for stored in services.accounts.list()}
    for id_, gauges in services.gateways.gauges().items():
        for gauge in gauges if id_ in names else ():
            values = (names[id_], gauge.name, gauge.model_class)
            if gauge.used is not None:
                used.add_metric(values, gauge.used)
            if gauge.resets_at is not None:
                resets.add_metric(values, gauge.resets_at)
    yield from (used, resets)


def _records(services: Services) -> Iterator[Metric]:
    yield CounterMetricFamily(
        "claudeflare_shed_records",
        "Requests whose record could not be written (a full disk), since the database exists.",
        value=shed_records(services),
    )
    yield CounterMetricFamily(
        "claudeflare_shed_payloads",
        "Bodies that could not be written, since the server began.",
        value=services.gateways.shed_payloads(),
    )
    home = Home(services.settings.home)
    yield GaugeMetricFamily(
        "claudeflare_journal_bytes",
        "Size of the journal: it rises when records cannot be stored as fast as requests end.",
        value=sum(_size(each) for each in _files(home.journal)),
    )
    size = GaugeMetricFamily("claudeflare_database_bytes", "Size of the data directory's databases.", labels=("file",))
    for path in (home.database, home.payloads):
        if path.exists():
            size.add_metric((path.name,), sum(_size(each) for each in (path, path.with_name(path.name + "-wal"))))
    yield size
    yield GaugeMetricFamily(
        "claudeflare_event_streams",
        "Readers of live events.",
        value=services.live.activity.readers + services.live.requests.readers,
    )


def _files(directory: Path) -> list[Path]:
    try:
        return [each for each in directory.iterdir() if each.is_file()]
    except FileNotFoundError:
        return []


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0  # the journal's reader deletes what is stored
