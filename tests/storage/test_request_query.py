from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_requests import priced, write
from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Insert,
    Select,
    String,
    cast,
    insert,
    literal,
    select,
    true,
)

from claudeflare.errors import InvalidInput
from claudeflare.storage import migrate, request_query
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.database import Database
from claudeflare.storage.records import RequestFilter
from claudeflare.storage.request_pages import select_page as _page
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.tables import requests
from harness.postgres import PostgresServer


@pytest.fixture
def store(database: Database) -> RequestStore:
    store = RequestStore(database)
    write(
        store,
        priced("ok", 1.0, session="s1", client_key="ci"),
        priced("redirect", 2.0, status=302, model="m2"),
        priced("limited", 3.0, status=429, session="s2"),
        priced("missing", 4.0, status=404),
        priced("broken", 5.0, status=503),
        priced("cut", 6.0, terminal_state="truncated"),
        priced("left", 7.0, status=499, terminal_state="client_closed"),
        priced("refused", 8.0, status=400, terminal_state="refused"),
        priced("error", 9.0, status=502, terminal_state="error"),
    )
    return store


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (RequestFilter(status="success"), ["redirect", "ok"]),
        (RequestFilter(status="error"), ["error", "refused", "left", "cut", "broken", "missing", "limited"]),
        (RequestFilter(status="complete"), ["broken", "missing", "limited", "redirect", "ok"]),
        (RequestFilter(status="truncated"), ["cut"]),
        (RequestFilter(status="client_closed"), ["left"]),
        (RequestFilter(status="refused"), ["refused"]),
        (RequestFilter(status="429"), ["limited"]),
        (RequestFilter(status="418"), []),
        (RequestFilter(status="4xx"), ["refused", "left", "missing", "limited"]),
        (RequestFilter(status="5xx"), ["error", "broken"]),
        (RequestFilter(model="m2"), ["redirect"]),
        (RequestFilter(session="s1"), ["ok"]),
        (RequestFilter(client_key="ci"), ["ok"]),
        (RequestFilter(since=8.0), ["error", "refused"]),
        (RequestFilter(until=3.0), ["redirect", "ok"]),
        (RequestFilter(since=3.0, until=5.0), ["missing", "limited"]),
        (RequestFilter(status="4xx", since=4.0, session="s2"), []),
        (RequestFilter(account="nobody"), []),
    ],
)
def test_filters(store: RequestStore, wanted: RequestFilter, expected: list[str]) -> None:
    assert [summary.id for summary in store.list(wanted, None, 100)[0]] == expected


@pytest.mark.parametrize("status", ["", "ok", "600x", "6xx", "42", "4290", "099", "x", "SUCCESS"])
def test_a_status_nobody_can_have(store: RequestStore, status: str) -> None:
    with pytest.raises(InvalidInput, match="There is no status"):
        store.list(RequestFilter(status=status), None, 1)


def encoded(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "abc",
        "é",
        encoded(b"x y"),
        encoded(b"1.0"),
        encoded(b"nan a"),
        encoded(b"inf a"),
        encoded(b"1 \xff"),
        encoded(b"1 a\0"),
    ],
)
def test_what_is_no_cursor(store: RequestStore, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="Begin again without a cursor"):
        store.list(RequestFilter(), cursor, 1)


@given(
    started_at=st.floats(allow_nan=False, allow_infinity=False),
    request_id=st.text(st.characters(codec="ascii", exclude_characters="\0")),
)
def test_cursors_are_exact(started_at: float, request_id: str) -> None:
    cursor = request_query.cursor(started_at, request_id)
    assert request_query._decode(cursor) == (started_at, request_id)


@given(cursor=st.text())
def test_any_text_is_a_cursor_or_refused(cursor: str) -> None:
    try:
        request_query.after(cursor)
    except InvalidInput:
        pass


PLANS = [
    (RequestFilter(), "ix_requests_started_at_id"),
    (RequestFilter(since=10.0), "ix_requests_started_at_id"),
    (RequestFilter(account="work"), "ix_requests_account_id_started_at_id"),
    (RequestFilter(model="m7"), "ix_requests_model_started_at_id"),
    (RequestFilter(session="s7"), "ix_requests_session_started_at_id"),
    (RequestFilter(client_key="k7"), "ix_requests_client_key_started_at_id"),
    (RequestFilter(status="429"), "ix_requests_status_started_at_id"),
    (RequestFilter(status="truncated"), "ix_requests_terminal_state_started_at_id"),
    (RequestFilter(status="error"), "ix_requests_success_started_at_id"),
    # What nearly all have is found at once by time.
    (RequestFilter(status="success"), "ix_requests_started_at_id"),
    (RequestFilter(status="complete"), "ix_requests_started_at_id"),
    (RequestFilter(status="200"), "ix_requests_started_at_id"),
    (RequestFilter(status="2xx"), "ix_requests_started_at_id"),
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def hundred_thousand(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer
) -> Iterator[Database]:
    """Requests r0 … r99999, a second apart."""
    with postgres.database() as postgresql_url:
        sqlite_url = f"sqlite:///{tmp_path_factory.mktemp('large')}/large.db"
        database = Database(sqlite_url if request.param == "sqlite" else postgresql_url)
        migrate.upgrade(database, None)
        account = AccountStore(database).add(NewAccount(name="work"), now=1.0).account
        write(
            RequestStore(database), priced("r0", 0.0, account_id=account.id, session="s0", client_key="k0", model="m0")
        )
        with database.write() as connection:
            connection.execute(multiply(100_000))
            connection.exec_driver_sql("ANALYZE")
        yield database
        database.dispose()


def multiply(count: int) -> Insert:
    """The one request there is, again and again under other names."""
    first = select(literal(1).label("n")).cte(recursive=True)
    number = first.union_all(select(first.c.n + 1).where(first.c.n < count - 1)).c.n

    def name(prefix: str, value: ColumnElement[int]) -> ColumnElement[str]:
        return literal(prefix).concat(cast(value, String))

    changed = {
        "id": name("r", number),
        "started_at": cast(number, Double),
        "model": name("m", number % 10),
        "session": name("s", number % 1000),
        "client_key": name("k", number % 9),
    }
    columns = [column.name for column in requests.c]
    rows = select(*(changed.get(column, requests.c[column]) for column in columns)).join_from(
        requests, number.table, true()
    )
    return insert(requests).from_select(columns, rows)


def plan_of(connection: Connection, statement: Select[Any]) -> list[str]:
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
    return [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {compiled}")]


@pytest.mark.parametrize("paged", [False, True])
@pytest.mark.parametrize(("wanted", "index"), PLANS)
def test_pages_are_read_off_an_index(
    hundred_thousand: Database, wanted: RequestFilter, index: str, paged: bool
) -> None:
    cursor = request_query.cursor(50_000.0, "r50000") if paged else None
    with hundred_thousand.read() as connection:
        plan = plan_of(connection, _page(connection, wanted, cursor, 50))
    if hundred_thousand.path is not None:
        assert index in plan[0]
        assert not any("TEMP B-TREE" in step for step in plan), plan
        assert not paged or "<(?,?)" in plan[0]
        return
    # PostgreSQL knows how common a value is: one that fills a tenth of all rows it finds sooner by time alone.
    paths = [step for step in plan if index in step or "ix_requests_started_at_id" in step]
    assert len(paths) == 1, plan
    assert not any("Seq Scan on requests" in step for step in plan), plan
    assert not paged or any("Index Cond" in step and "ROW(started_at" in step for step in plan), plan


def test_a_page_deep_inside(hundred_thousand: Database) -> None:
    store = RequestStore(hundred_thousand)
    page, cursor = store.list(RequestFilter(model="m3"), request_query.cursor(50_000.0, "r50000"), 2)
    assert [summary.id for summary in page] == ["r49993", "r49983"]
    assert cursor is not None
    with hundred_thousand.read() as connection:
        assert connection.execute(select(requests.c.id).limit(1)).first() is not None
