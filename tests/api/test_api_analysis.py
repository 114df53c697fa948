"""`/api/maintenance/analysis`, and the reads of `standard_reads` that it times."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from claudeflare.api.analysis import files_of
from claudeflare.api.standard_reads import standard_reads
from claudeflare.home import Home
from claudeflare.journal.payloads import Payload
from harness.rest_api import NOW, Api, words

DAY = 86_400
PATH = "/api/maintenance/analysis"


@pytest.fixture
async def seeded(api: Api) -> Api:
    """One account, three requests of different age with a body each."""
    account = await api.add("work")
    for days in (1, 10, 400):
        request_id, at = f"r{days}", NOW - days * DAY
        api.record(request_id, started_at=at, account_id=account["id"], account="work", model="m", session="s")
        body = bytes([days % 256]) * 10_000
        api.services.payloads.store([Payload(id=request_id, at=at, part="request", body=body, size=len(body))])
    return api


def tables_of(answer: Any) -> dict[str, Any]:
    return {each["name"]: each for database in answer["databases"] for each in database["tables"]}


async def test_sizes_of_both_databases(seeded: Api) -> None:
    answer = await seeded.get(PATH)
    records, payloads = answer["databases"]
    home = Home(seeded.services.settings.home)
    assert (records["place"], payloads["place"]) == (str(home.database), str(home.payloads))
    assert records["bytes"] == home.database.stat().st_size or records["logBytes"] > 0
    tables = tables_of(answer)
    assert (tables["requests"]["rows"], tables["payloads"]["rows"], tables["accounts"]["rows"]) == (3, 3, 1)
    assert set(tables["requests"]) == words("name rows bytes indexBytes exact unusedBytes deadRows")
    assert answer["compactionBytes"] == records["freeBytes"] + payloads["freeBytes"]
    assert answer["at"] == "2026-11-18T11:06:40.000Z"
    assert answer["ms"] > 0


async def test_the_usual_questions_are_timed_and_name_their_indexes(seeded: Api) -> None:
    answer = await seeded.get(PATH)
    reads = {each["name"]: each for each in answer["reads"]}
    assert {"accounts", "requests", "analytics of 30d", "one request", "requests of a session"} <= set(reads)
    times = [each["ms"] for each in answer["reads"]]
    assert times == sorted(times, reverse=True)
    assert all(0 < each["databaseMs"] < each["ms"] for each in reads.values())
    assert all(each["plan"] is None for read in reads.values() for each in read["statements"])
    indexes = {each["name"]: each for each in answer["databases"][0]["indexes"]}
    assert indexes["ix_requests_session_started_at_id"]["usedBy"] == ["requests of a session"]
    assert "one request" in indexes["sqlite_autoindex_requests_1"]["usedBy"]


async def test_plans_come_when_they_are_asked_for(seeded: Api) -> None:
    answer = await seeded.get(f"{PATH}?plans=true&exact=true")
    (page,) = [
        each
        for read in answer["reads"]
        if read["name"] == "requests of a session"
        for each in read["statements"]
        if "FROM requests" in each["statement"]
    ]
    assert any("ix_requests_session_started_at_id" in line for line in page["plan"])


async def test_without_a_request_there_is_less_to_ask(api: Api) -> None:
    names = {read.name for read in standard_reads(api.services, api.services.databases)}
    assert "requests" in names
    assert "one request" not in names
    answer = await api.get(PATH)
    assert answer["retention"]["requestBytes"] == 0


async def test_what_retention_would_free(seeded: Api) -> None:
    forecast = (await seeded.get(PATH))["retention"]
    assert (forecast["requestDays"], forecast["payloadDays"]) == (365, 7)
    assert (forecast["requests"], forecast["requestsExact"], forecast["payloads"]) == (1, True, 2)
    assert forecast["requestBytes"] > 0
    assert forecast["payloadBytes"] > 0
    assert forecast["payloadExcessBytes"] == 0


async def test_and_what_it_would_under_other_limits(seeded: Api) -> None:
    forecast = (await seeded.get(f"{PATH}?payloadDays=20&requestDays=5"))["retention"]
    # Bodies go with their records.
    assert (forecast["requestDays"], forecast["payloadDays"], forecast["requests"], forecast["payloads"]) == (
        5,
        20,
        2,
        2,
    )
    assert (await seeded.get("/api/config/retention"))["requestDays"] == 365


@pytest.mark.parametrize("query", ["requestDays=-1", "payloadDays=100000"])
async def test_days_that_cannot_be_are_refused(api: Api, query: str) -> None:
    status, code, message = await api.refused("GET", f"{PATH}?{query}")
    assert (status, code) == (400, "invalid_input")
    assert "allowed: " in message


async def test_one_at_a_time(api: Api) -> None:
    with api.services.analyzing:
        status, _, message = await api.refused("GET", PATH)
    assert status == 409
    assert "runs already" in message
    assert await api.get(PATH)


async def test_statements_that_control_noticed(seeded: Api) -> None:
    statements = seeded.services.databases[0].statements
    assert (await seeded.get(PATH))["slowStatements"] == []
    statements.threshold_seconds = 0.0
    await seeded.get("/api/requests?session=s")
    answer = await seeded.get(PATH)
    (found,) = [each for each in answer["slowStatements"] if "requests.session = ?" in each["statement"]]
    assert set(found) == words("statement times slowestMs totalMs lastAt")
    assert found["times"] == 1
    # The analysis itself is none of them, whatever it has asked.
    assert not any("dbstat" in each["statement"] or "EXPLAIN" in each["statement"] for each in answer["slowStatements"])


def test_files_are_counted_where_there_are_any(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    (home.journal / "a").write_bytes(b"12345")
    (home.journal / "payloads").mkdir()
    (home.journal / "payloads" / "b").write_bytes(b"123")
    found = {each.name: (each.count, each.bytes) for each in files_of(home)}
    assert found == {"journal": (1, 5), "journal of payloads": (1, 3), "logs": (0, 0), "backups": (0, 0)}
