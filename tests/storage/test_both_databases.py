"""Whatever is written, the two databases give the same answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_requests import priced

from claudeflare.balancing.change import (
    AttentionNeeded,
    BenchCleared,
    Benched,
    Change,
    OrganizationLearned,
    SessionBound,
)
from claudeflare.journal.records import TERMINAL_STATES, Changed, Opened
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage import migrate
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.database import Database
from claudeflare.storage.records import PricedRequest, RequestFilter, RequestSummary, Totals
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.state import StateStore
from claudeflare.storage.tables import metadata

ACCOUNTS = ("00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000B")
NAMES = st.sampled_from(["a", "A", "b", "B", "a-b", "ab", "a b", "é", "Z", "\U0001f600", "a\0"])
"""What languages order one way, and bytes another."""
TIMES = st.sampled_from([1.0, 1.5, 2.0, 1e9 + 0.1, 1e9 + 0.2])
COUNTS = st.none() | st.integers(0, 10**12) | st.just(2**63)


@dataclass(frozen=True)
class Written:
    """One batch."""

    opened: list[tuple[str, Opened]]
    finished: list[PricedRequest]
    changed: list[Changed]
    shed: dict[str, int]


@pytest.fixture
def both(sqlite_url: str, postgresql_url: str) -> Iterator[tuple[Database, Database]]:
    databases = (Database(sqlite_url), Database(postgresql_url))
    for database in databases:
        migrate.upgrade(database, None)
    yield databases
    for database in databases:
        database.dispose()


def tokens() -> st.SearchStrategy[TokenCounts]:
    return st.builds(TokenCounts, **dict.fromkeys(TokenCounts.__struct_fields__, COUNTS))


@st.composite
def records(draw: st.DrawFn) -> PricedRequest:
    optional_name = st.none() | NAMES
    milliseconds = st.floats(0, 1e6)
    return priced(
        draw(st.sampled_from(["r1", "R1", "r-1", "r2", "R2", "r 2"])),
        draw(TIMES),
        draw(tokens()),
        draw(st.none() | st.floats(0, 100)),
        model=draw(optional_name),
        session=draw(optional_name),
        client_key=draw(optional_name),
        account_id=draw(st.none() | st.sampled_from([*ACCOUNTS, "gone"])),
        account=draw(optional_name.filter(lambda name: name is None or "\0" not in name)),
        status=draw(st.sampled_from([200, 302, 400, 429, 503])),
        terminal_state=draw(st.sampled_from(TERMINAL_STATES)),
        streaming=draw(st.booleans()),
        duration_ms=draw(milliseconds),
        first_byte_ms=draw(st.none() | milliseconds),
        response_bytes=draw(st.integers(0, 2**63)),
    )


@st.composite
def changes(draw: st.DrawFn) -> Changed:
    account, name, until = draw(st.sampled_from([*ACCOUNTS, "gone"])), draw(NAMES), draw(TIMES)
    kinds: tuple[Change, ...] = (
        SessionBound(name, account, until),
        Benched(account, name, until, "because"),
        BenchCleared(account, name),
        AttentionNeeded(account, draw(st.sampled_from(["", "look"]))),
        OrganizationLearned(account, name),
    )
    return Changed(draw(TIMES), draw(st.sampled_from(kinds)))


OPENED = st.builds(
    lambda boot, name, at: (boot, Opened(id=name, started_at=at, method="POST", path="/v1/messages")),
    st.sampled_from(["boot1", "boot2"]),
    st.sampled_from(["r1", "r2", "o1", "O1"]),
    TIMES,
)
BATCHES = st.lists(
    st.builds(
        Written,
        st.lists(OPENED, max_size=4),
        st.lists(records(), max_size=12),
        st.lists(changes(), max_size=8),
        st.dictionaries(st.sampled_from(["boot1-0", "boot2-0"]), st.integers(1, 3)),
    ),
    max_size=3,
)
FILTERS = st.builds(
    RequestFilter,
    account=st.none() | NAMES,
    model=st.none() | NAMES,
    session=st.none() | NAMES,
    client_key=st.none() | NAMES,
    status=st.sampled_from([None, None, "success", "error", "complete", "429", "4xx"]),
    since=st.none() | TIMES,
    until=st.none() | TIMES,
)


def write(database: Database, batches: list[Written]) -> None:
    """Into empty tables."""
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    for account_id, name in zip(ACCOUNTS, ("a", "B"), strict=True):
        AccountStore(database).add(NewAccount(name=name, id=account_id), now=1.0)
    for batch in batches:
        RequestStore(database).write_batch(**vars(batch))
    RequestStore(database).end_open_requests("boot1", 5.0)


def pages(database: Database, wanted: RequestFilter, limit: int) -> list[RequestSummary]:
    """The whole list, page by page."""
    found, cursor = RequestStore(database).list(wanted, None, limit)
    while cursor is not None:
        page, cursor = RequestStore(database).list(wanted, cursor, limit)
        found += page
    return found


def comparable(totals: Totals) -> dict[str, Any]:
    """Sums of floats depend on the order in which they are added up, and taken off again."""
    fields = msgspec.structs.asdict(totals)
    return {
        name: pytest.approx(value, abs=1e-9) if isinstance(value, float) else value for name, value in fields.items()
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(batches=BATCHES, wanted=FILTERS, limit=st.integers(1, 5), since=st.none() | TIMES, reset=st.none() | TIMES)
def test_the_same_answers(
    both: tuple[Database, Database],
    batches: list[Written],
    wanted: RequestFilter,
    limit: int,
    since: float | None,
    reset: float | None,
) -> None:
    for database in both:
        write(database, batches)
        if reset is not None:
            RequestStore(database).reset_statistics(reset)
    one, other = (RequestStore(database) for database in both)
    everything, same = (pages(database, RequestFilter(), limit) for database in both)
    assert everything == same
    for summary in everything:
        assert one.get(summary.id) == other.get(summary.id)
    narrowed, same = (pages(database, wanted, limit) for database in both)
    assert narrowed == same
    assert msgspec.structs.asdict(one.totals(since)) == comparable(other.totals(since))
    assert one.account_use() == other.account_use()
    assert one.shed_records() == other.shed_records()
    for now in (1.2, 1e9):
        learned, same_learned = (StateStore(database).load(now) for database in both)
        assert sorted(learned, key=repr) == sorted(same_learned, key=repr)
    accounts, same_accounts = (AccountStore(database).list() for database in both)
    assert accounts == same_accounts
