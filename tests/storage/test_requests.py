from __future__ import annotations

import threading
from typing import Any

import pytest
from sample_requests import priced, write
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from claudeflare.balancing.change import Benched
from claudeflare.balancing.decision import Candidate, Pick
from claudeflare.errors import InvalidInput, StorageError
from claudeflare.journal.records import Attempt, Changed, Finished, Opened
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage import storable
from claudeflare.storage.accounts import AccountStore
from claudeflare.storage.database import Database
from claudeflare.storage.records import PricedRequest, RequestFilter, RequestSummary
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.state import StateStore
from claudeflare.storage.tables import open_requests, request_details

ALL = RequestFilter()


@pytest.fixture
def store(database: Database) -> RequestStore:
    return RequestStore(database)


def ids(store: RequestStore, wanted: RequestFilter = ALL) -> list[str]:
    return [summary.id for summary in store.list(wanted, None, 1000)[0]]


def open_ids(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.scalars(select(open_requests.c.id)))


def everything(account_id: str) -> Finished:
    return Finished(
        id="req_1",
        started_at=1234567890.123456,
        method="POST",
        path="/v1/messages",
        query="beta=true",
        client_key="ci",
        session="s-1",
        model="claude-opus-4-6",
        streaming=True,
        user_agent="sdk/1",
        agent_id="a",
        parent_agent_id="p",
        request_bytes=2048,
        prefix_hash="abc",
        terminal_state="complete",
        status=200,
        served_model="claude-opus-4-6-x",
        account_id=account_id,
        account="work",
        organization_id="org",
        policy="session",
        attempts=[
            Attempt(account_id="other", account="other", status=429, outcome="rate_limited", error_body=b"\x00\xff{}"),
            Attempt(account_id=account_id, account="work", status=200, outcome="served", next_step="relay"),
        ],
        picks=[Pick("session", "new session", (Candidate("work", 1.5, chosen=True), Candidate("x", out="paused")))],
        duration_ms=2500.5,
        first_byte_ms=500.25,
        first_content_ms=600.0,
        queued_ms=3.0,
        overhead_ms=0.75,
        response_bytes=4096,
        content_encoding="gzip",
        usage={"input_tokens": 10, "nested": {"x": [1, None]}},
        stop_reason="end_turn",
        message_id="msg",
        upstream_request_id="up",
        error_type=None,
        amended=True,
    )


TOKENS = TokenCounts(
    input=10, cache_write_5m=20, cache_write_1h=30, cache_read=40, output=50, thinking=5, web_searches=1
)


def test_a_record_comes_back_whole(store: RequestStore, work: str) -> None:
    record = everything(work)
    write(store, PricedRequest(finished=record, tokens=TOKENS, cost_usd=0.1 + 0.2, price_version="p1"))
    found = store.get("req_1")
    assert found is not None
    summary, details = found
    assert details == record
    assert summary == RequestSummary(
        id="req_1",
        started_at=1234567890.123456,
        method="POST",
        path="/v1/messages",
        model="claude-opus-4-6",
        served_model="claude-opus-4-6-x",
        streaming=True,
        account_id=work,
        account="work",
        client_key="ci",
        session="s-1",
        agent_id="a",
        user_agent="sdk/1",
        policy="session",
        status=200,
        terminal_state="complete",
        error_type=None,
        error_message=None,
        stop_reason="end_turn",
        duration_ms=2500.5,
        first_byte_ms=500.25,
        first_content_ms=600.0,
        overhead_ms=0.75,
        queued_ms=3.0,
        failover_attempts=1,
        tried=("other",),
        request_bytes=2048,
        response_bytes=4096,
        tokens=TOKENS,
        usage_estimated=False,
        cost_usd=0.1 + 0.2,
        price_version="p1",
    )
    assert store.list(ALL, None, 10) == ([summary], None)
    assert store.get("req_2") is None


def test_unknown_stays_unknown(store: RequestStore) -> None:
    write(store, priced("a", model=None))
    [summary], _ = store.list(ALL, None, 1)
    assert summary.cost_usd is None
    assert summary.tokens == TokenCounts()
    assert summary.account is None
    assert summary.failover_attempts == 0


def test_an_amendment_replaces_the_record(store: RequestStore) -> None:
    write(store, priced("a", duration_ms=1.0))
    write(store, priced("a", duration_ms=2.0, terminal_state="client_closed", amended=True))
    found = store.get("a")
    assert found is not None
    assert (found[0].duration_ms, found[1].duration_ms, found[1].amended) == (2.0, 2.0, True)
    assert store.count() == 1
    assert not found[0].success


def test_of_one_id_in_one_batch_the_last_wins(store: RequestStore) -> None:
    write(store, priced("a", status=500), priced("b"), priced("a", status=200))
    found = store.get("a")
    assert found is not None
    assert found[0].status == 200
    assert store.count() == 2


def test_an_open_request_ends_with_its_record(database: Database, store: RequestStore) -> None:
    opened = Opened(id="a", started_at=1.0, method="POST", path="/v1/messages")
    store.write_batch(opened=[("boot", opened)], finished=[], changed=[], shed={})
    assert open_ids(database) == {"a"}
    assert ids(store) == []
    write(store, priced("a"))
    assert open_ids(database) == set()
    assert store.end_open_requests("boot", 2.0) == 0


def test_a_batch_read_again_alters_nothing(database: Database, store: RequestStore, work: str) -> None:
    opened = [("boot", Opened(id=name, started_at=1.0, method="POST", path="/v1/messages")) for name in ("a", "b")]
    for _ in range(2):
        store.write_batch(
            opened=opened,
            finished=[priced("a")],
            changed=[Changed(1.0, Benched(work, "", 50.0, "r"))],
            shed={},
        )
        assert open_ids(database) == {"b"}
        assert ids(store) == ["a"]
        assert StateStore(database).load(2.0) == [Benched(work, "", 50.0, "r")]
    store.write_batch(opened=opened, finished=[], changed=[], shed={})
    assert open_ids(database) == {"b"}


def test_more_open_requests_than_one_query_takes(database: Database, store: RequestStore) -> None:
    write(store, [priced(f"r{n}") for n in range(0, 1500, 3)])
    opened = [("boot", Opened(id=f"r{n}", started_at=1.0, method="GET", path="/")) for n in range(1500)]
    store.write_batch(opened=opened, finished=[], changed=[], shed={})
    assert open_ids(database) == {f"r{n}" for n in range(1500) if n % 3}


def test_requests_of_a_dead_gateway_end_as_errors(database: Database, store: RequestStore) -> None:
    opened = Opened(
        id="a",
        started_at=10.0,
        method="POST",
        path="/v1/messages",
        model="m",
        session="s",
        client_key="k",
        streaming=True,
    )
    alive = Opened(id="b", started_at=10.0, method="POST", path="/v1/messages")
    store.write_batch(opened=[("dead", opened), ("alive", alive)], finished=[], changed=[], shed={})
    assert store.end_open_requests("dead", 12.5) == 1
    assert open_ids(database) == {"b"}
    found = store.get("a")
    assert found is not None
    summary, details = found
    assert (summary.status, summary.terminal_state, summary.error_type) == (500, "error", "gateway_died")
    assert "gateway process ended" in (summary.error_message or "")
    assert (summary.duration_ms, summary.model, summary.session, summary.client_key) == (2500.0, "m", "s", "k")
    assert summary.cost_usd is None
    assert details.streaming
    assert store.end_open_requests("dead", 13.0) == 0
    store.write_batch(opened=[("dead", opened)], finished=[], changed=[], shed={})
    assert open_ids(database) == {"b"}


def test_a_record_found_later_replaces_the_error(store: RequestStore) -> None:
    opened = Opened(id="a", started_at=10.0, method="POST", path="/v1/messages")
    store.write_batch(opened=[("dead", opened)], finished=[], changed=[], shed={})
    store.end_open_requests("dead", 12.5)
    write(store, priced("a", 10.0))
    [summary], _ = store.list(ALL, None, 10)
    assert summary.success


def test_a_clock_that_went_back_gives_no_negative_duration(store: RequestStore) -> None:
    opened = Opened(id="a", started_at=10.0, method="POST", path="/v1/messages")
    store.write_batch(opened=[("dead", opened)], finished=[], changed=[], shed={})
    store.end_open_requests("dead", 5.0)
    assert store.list(ALL, None, 1)[0][0].duration_ms == 0.0


def test_of_each_writer_the_most_it_has_ever_lost_is_kept(store: RequestStore) -> None:
    assert store.shed_records() == {}
    for shed in ({"a-0": 3}, {}, {"a-0": 7, "a-1": 2}, {"a-0": 3}):
        store.write_batch(opened=[], finished=[], changed=[], shed=shed)
    assert store.shed_records() == {"a-0": 7, "a-1": 2}


def test_a_batch_is_written_whole_or_not_at_all(store: RequestStore) -> None:
    nowhere: Any = None  # no column takes it: this fails after the records are written
    opened = Opened(id="b", started_at=1.0, method="GET", path="/")
    with pytest.raises(IntegrityError):
        store.write_batch(opened=[(nowhere, opened)], finished=[priced("a")], changed=[], shed={"a-0": 5})
    assert store.count() == 0
    assert store.shed_records() == {}


def incompressible(characters: int) -> str:
    """Text that PostgreSQL cannot make shorter to fit it into an index."""
    return "".join(chr(0x10000 + number * 7919 % 0x50000) for number in range(characters))


def test_values_no_column_could_hold_do_not_stop_a_batch(store: RequestStore) -> None:
    monster = priced(
        "a",
        tokens=TokenCounts(input=2**80, output=-5),
        model="x\0" * 5000,
        user_agent="\U0001f600" * 5000,
        session=incompressible(5000),
        request_bytes=2**63,
        error_message="\0",
    )
    write(store, monster, priced("b"))
    found = store.get("a")
    assert found is not None
    assert found[1].model == "x\0" * 5000
    assert store.totals(None).requests == 2
    for wanted in (
        RequestFilter(model="x\0" * 5000),
        RequestFilter(session=incompressible(5000)),
    ):
        assert ids(store, wanted) == ["a"]


@pytest.mark.parametrize("nobodys", ["\0", "a\0b", "\udcff", "x" * 5000])
def test_names_no_column_could_hold_are_nobodys(store: RequestStore, nobodys: str) -> None:
    write(store, priced("a"))
    assert store.get(nobodys) is None
    for wanted in (
        RequestFilter(account=nobodys),
        RequestFilter(model=nobodys),
        RequestFilter(session=nobodys),
        RequestFilter(client_key=nobodys),
    ):
        assert ids(store, wanted) == []
    with pytest.raises(InvalidInput):
        ids(store, RequestFilter(status=nobodys))


def test_numbers_at_their_bounds(store: RequestStore) -> None:
    largest = storable.COUNT_LIMIT
    tokens = TokenCounts(input=largest, cache_write_5m=largest, cache_write_1h=largest, cache_read=largest, output=0)
    times = {"duration_ms": 1e300, "first_byte_ms": 5e-324, "overhead_ms": -1e-300}
    write(store, [priced(f"r{n}", n + 0.1 + 0.2, tokens, 1e-17, response_bytes=2**63, **times) for n in range(3)])
    summary = store.list(ALL, None, 1)[0][0]
    assert (summary.started_at, summary.cost_usd, summary.tokens) == (2 + 0.1 + 0.2, 1e-17, tokens)
    assert {name: getattr(summary, name) for name in times} == times
    assert summary.response_bytes == largest
    assert store.totals(None).tokens == 12 * largest


def test_details_of_any_size_and_bytes(store: RequestStore) -> None:
    body = bytes(range(256)) * 4096
    write(store, priced("a", attempts=[Attempt(error_body=body)], usage={"deep": [{"x": "\0\U0001f600"}] * 1000}))
    found = store.get("a")
    assert found is not None
    assert found[1].attempts[0].error_body == body
    assert found[1].usage == {"deep": [{"x": "\0\U0001f600"}] * 1000}


def test_an_account_shows_its_present_name(database: Database, store: RequestStore, work: str) -> None:
    write(store, priced("a", account_id=work, account="work"), priced("b", account_id="gone", account="gone"))
    AccountStore(database).rename(work, "job")
    assert {summary.id: summary.account for summary in store.list(ALL, None, 10)[0]} == {"a": "job", "b": "gone"}
    assert ids(store, RequestFilter(account="JOB")) == ["a"]
    assert ids(store, RequestFilter(account="work")) == ["a"]
    assert ids(store, RequestFilter(account="gone")) == ["b"]
    AccountStore(database).remove("job")
    assert store.list(RequestFilter(account="work"), None, 10)[0][0].account == "work"


def test_pages_join_without_gap_or_repetition(store: RequestStore) -> None:
    # Many at the same instant: there the id decides.
    write(store, [priced(f"r{n:03}", started_at=100.0 + n // 10 * 0.1) for n in range(95)])
    expected = [f"r{n:03}" for n in reversed(range(95))]
    for limit in (1, 7, 94, 95, 96):
        seen: list[str] = []
        cursor = None
        while True:
            page, cursor = store.list(ALL, cursor, limit)
            seen += [summary.id for summary in page]
            assert len(page) == limit or cursor is None
            if cursor is None:
                break
        assert seen == expected


def test_a_page_goes_on_where_it_was_while_new_requests_arrive(store: RequestStore) -> None:
    write(store, [priced(f"r{n}", started_at=float(n)) for n in range(6)])
    first, cursor = store.list(ALL, None, 3)
    write(store, priced("new", started_at=99.0))
    second, end = store.list(ALL, cursor, 3)
    assert [summary.id for summary in first + second] == ["r5", "r4", "r3", "r2", "r1", "r0"]
    assert end is None


def test_an_empty_list(store: RequestStore) -> None:
    assert store.list(ALL, None, 10) == ([], None)
    assert store.count() == 0


@pytest.mark.parametrize("limit", [0, -1])
def test_a_page_has_a_request(store: RequestStore, limit: int) -> None:
    with pytest.raises(InvalidInput, match="at least one"):
        store.list(ALL, None, limit)


def test_details_go_with_their_record(database: Database, store: RequestStore) -> None:
    write(store, priced("a"))
    with database.write() as connection:
        connection.exec_driver_sql("DELETE FROM requests")
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(request_details)) == 0


def test_lists_while_two_threads_write(store: RequestStore) -> None:
    failures: list[BaseException] = []

    def fill(name: str) -> None:
        try:
            for n in range(20):
                write(store, [priced(f"{name}-{n}-{i}", started_at=float(n)) for i in range(10)])
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=fill, args=(name,)) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        page, _ = store.list(ALL, None, 1000)
        # Batches are seen whole.
        assert len(page) % 10 == 0
        assert store.count() % 10 == 0
    for writer in writers:
        writer.join()
    assert failures == []
    assert store.count() == 400


def test_a_database_without_tables(empty: Database) -> None:
    with pytest.raises(StorageError, match="requests"):
        RequestStore(empty).count()
