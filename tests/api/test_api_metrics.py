from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from claudeflare.balancing.change import AttentionNeeded, Benched
from claudeflare.journal.records import Attempt
from claudeflare.providers.usage import TokenCounts
from harness.live_batches import Batch, ended
from harness.rest_api import NOW, Api, open_api

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def samples(api: Api) -> Samples:
    response = await api.client.get("/metrics", headers={"authorization": ""})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found[name, tuple(sorted(labels.items()))]


async def test_requests_are_counted(api: Api) -> None:
    record = ended(
        "r-1",
        tokens=TokenCounts(input=10, output=5),
        cost=0.5,
        account='the "work" one',
        model="opus",
        duration_ms=1500.0,
        first_content_ms=400.0,
        attempts=[Attempt(account='the "work" one', outcome="served")],
    )
    api.services.request_counts.stored(Batch([], [record, record]))
    found = await samples(api)
    labels = {"account": 'the "work" one', "model": "opus"}
    assert value(found, "claudeflare_requests_total", **labels, status="200", terminal_state="complete") == 2
    assert value(found, "claudeflare_tokens_total", **labels, kind="input") == 20
    assert value(found, "claudeflare_cost_usd_total", **labels) == 1.0
    assert value(found, "claudeflare_upstream_attempts_total", account=labels["account"], outcome="served") == 2
    assert value(found, "claudeflare_request_duration_seconds_bucket", streaming="false", le="1.0") == 0
    assert value(found, "claudeflare_request_duration_seconds_bucket", streaming="false", le="2.5") == 2
    assert value(found, "claudeflare_request_duration_seconds_sum", streaming="false") == 3.0
    assert value(found, "claudeflare_time_to_first_content_seconds_count", model="opus") == 2


async def test_accounts_and_limits_are_shown(api: Api) -> None:
    work, spare = await api.add("work"), await api.add("spare")
    api.services.gateways.changes_made(
        [Benched(work["id"], "", NOW + 60, "limit"), AttentionNeeded(spare["id"], "revoked")]
    )
    found = await samples(api)
    assert value(found, "claudeflare_account_available", account="work") == 0
    assert value(found, "claudeflare_account_status", account="work", status="limited") == 1
    assert value(found, "claudeflare_account_status", account="spare", status="needs attention") == 1
    assert value(found, "claudeflare_account_reset_timestamp_seconds", account="work") == NOW + 60
    assert value(found, "claudeflare_in_flight_requests", account="work") == 0
    assert value(found, "claudeflare_waiting_requests") == 0
    assert value(found, "claudeflare_strategy", strategy="session") == 1
    assert value(found, "claudeflare_database_bytes", file="claudeflare.db") > 0
    assert value(found, "claudeflare_shed_records_total") == 0


async def test_openmetrics_for_who_asks_for_it(api: Api) -> None:
    response = await api.client.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert response.headers["content-type"].startswith("application/openmetrics-text")
    assert response.text.endswith("# EOF\n")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "server.example", "::"])
async def test_off_this_machine_they_need_the_token(tmp_path: Path, host: str) -> None:
    async with open_api(tmp_path, host=host) as api:
        status, code, _ = await api.refused("GET", "/metrics", headers={"authorization": ""})
        assert (status, code) == (401, "unauthorized")
        assert (await api.client.get("/metrics")).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
async def test_on_this_machine_they_do_not(tmp_path: Path, host: str) -> None:
    async with open_api(tmp_path, host=host) as api:
        assert (await api.client.get("/metrics", headers={"authorization": ""})).status_code == 200
