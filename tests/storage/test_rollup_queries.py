from __future__ import annotations

import pytest
from sample_requests import priced, write
from sqlalchemy import Connection

from claudeflare.analytics.segments import ACCOUNT_MODEL, EVERY
from claudeflare.analytics.stretches import DAY, HOUR, LEVELS, MINUTE, Stretch
from claudeflare.storage.database import Database
from claudeflare.storage.database_report import DatabaseReport
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.rollup_choice import Choice
from claudeflare.storage.rollup_queries import Read, few_are_chosen, histograms, requests_by_start, sums
from claudeflare.storage.rollup_tables import rollups
from claudeflare.storage.rollups import RollupStore

CHOSEN = Choice(account_ids=["a3"], models=["m1"]).conditions()


@pytest.fixture
def folded(database: Database) -> Database:
    """Ten accounts with three models each, over two days."""
    hours = (0, 1, 24, 47)
    requests = [
        priced(f"r{n}", hours[n % 4] * HOUR, model=f"m{n % 3}", account_id=f"a{n % 10}", duration_ms=n)
        for n in range(120)
    ]
    write(RequestStore(database), requests)
    kept = RollupStore(database)
    while kept.fold(3 * DAY):
        pass
    return database


def read(level: int, kind: int, *, is_few: bool) -> Read:
    return Read(Stretch(level, 0, 2 * DAY), (kind,), CHOSEN, is_few)


def answers(connection: Connection, of: Read, among: list[int]) -> tuple[object, ...]:
    return (
        sorted(sums(connection, rollups.c.start, of, among)),
        sorted(sums(connection, rollups.c.segment, of, among)),
        sorted(requests_by_start(connection, of)),
        sorted(histograms(connection, "start", of, among)),
    )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", [EVERY, ACCOUNT_MODEL])
@pytest.mark.parametrize("among", [[], [0, HOUR, DAY, 47 * HOUR]])
def test_the_index_makes_no_difference_to_the_answer(folded: Database, level: int, kind: int, among: list[int]) -> None:
    with folded.read() as connection:
        found = answers(connection, read(level, kind, is_few=True), among)
        assert found == answers(connection, read(level, kind, is_few=False), among)
    assert found[0]


def test_what_few_fulfil_is_read_by_segment(folded: Database) -> None:
    of_every = read(HOUR, EVERY, is_few=True)
    assert of_every.by_segment
    assert not read(HOUR, EVERY, is_few=False).by_segment
    assert not read(MINUTE, EVERY, is_few=True).by_segment
    if folded.path is None:
        return  # what PostgreSQL does with so few rows says nothing
    with folded.statements.recording() as executed, folded.read() as connection:
        answers(connection, of_every, [])
    for each in executed:
        if each.statement.startswith("SELECT"):
            plan, _ = DatabaseReport(folded).plan(each.statement, each.parameters)
            assert "ix_rollups_by_segment (level=? AND segment=? AND start>? AND start<?)" in plan[0]


def test_few_is_one_in_eight(folded: Database) -> None:
    with folded.read() as connection:
        assert few_are_chosen(connection, EVERY, CHOSEN)
        assert few_are_chosen(connection, ACCOUNT_MODEL, Choice(account_ids=["a1"]).conditions())
        assert not few_are_chosen(connection, EVERY, Choice(account_ids=["a1", "a2"]).conditions())
        assert not few_are_chosen(connection, EVERY, [])
