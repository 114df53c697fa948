"""What keys cost, counted in the transaction that writes the records."""

from __future__ import annotations

import pytest

from claudeflare.journal.records import Finished
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.client_key_spend import ClientKeySpend, quarter_of
from claudeflare.storage.database import Database
from claudeflare.storage.records import PricedRequest
from claudeflare.storage.requests import RequestStore

NOON = 1_795_003_200.0


def priced(
    request_id: str, cost: float | None, *, key: str | None = "ci", boot: str = "a", at: float = NOON, **fields: object
) -> PricedRequest:
    finished = Finished(
        id=request_id, started_at=at, method="POST", path="/v1/messages", terminal_state="complete", status=200,
        client_key=key, **fields,  # type: ignore[arg-type]
    )  # fmt: skip
    return PricedRequest(finished=finished, tokens=TokenCounts(), cost_usd=cost, boot_id=boot)


def write(database: Database, *requests: PricedRequest) -> None:
    RequestStore(database).write_batch(opened=[], finished=requests, changed=[], shed={})


def test_each_run_of_a_gateway_is_counted_by_itself(database: Database) -> None:
    spend = ClientKeySpend(database)
    write(
        database,
        priced("1", 0.5),
        priced("2", 0.25, boot="b"),
        priced("3", 9.0, key="other"),
        priced("4", 9.0, key=None),
    )
    write(database, priced("5", 0.25))
    assert spend.by_boot("ci", NOON) == {"a": 0.75, "b": 0.25}
    assert spend.total("ci", NOON) == 1.0
    assert spend.by_boot("nobody", NOON) == {}


def test_periods_begin_on_quarters_of_an_hour(database: Database) -> None:
    write(database, priced("1", 1.0, at=NOON - 1), priced("2", 2.0, at=NOON), priced("3", 4.0, at=NOON + 899))
    spend = ClientKeySpend(database)
    assert spend.total("ci", NOON) == 6.0
    assert spend.total("ci", NOON - 900) == 7.0
    assert quarter_of(NOON + 899.9) == NOON


def test_a_record_that_is_written_again_counts_once(database: Database) -> None:
    write(database, priced("1", 1.0), priced("2", 2.0))
    write(database, priced("1", 1.0), priced("2", 2.0), priced("3", 4.0))
    write(database, priced("2", 3.0, amended=True))
    assert ClientKeySpend(database).total("ci", NOON) == pytest.approx(8.0)


def test_where_the_cost_is_unknown_what_was_charged_counts(database: Database) -> None:
    write(database, priced("1", None, charged_usd=0.5), priced("2", None), priced("3", 0.25, charged_usd=9.0))
    write(database, priced("1", None, charged_usd=0.5, amended=True))
    assert ClientKeySpend(database).total("ci", NOON) == pytest.approx(0.75)


def test_sums_outlive_their_records(database: Database) -> None:
    write(database, priced("1", 1.0))
    assert RequestStore(database).delete_before(NOON + 1, 10) == 1
    assert ClientKeySpend(database).total("ci", NOON) == 1.0


def test_when_keys_were_last_used(database: Database) -> None:
    write(database, priced("1", 1.0), priced("2", 1.0, at=NOON + 5), priced("3", 1.0, key="other"))
    assert ClientKeySpend(database).last_used(["ci", "other", "nobody"]) == {"ci": NOON + 5, "other": NOON}


def test_names_that_no_column_takes_cost_all_the_same(database: Database) -> None:
    write(database, priced("1", 1.0, key="odd\0name"))
    assert ClientKeySpend(database).total("odd\0name", NOON) == 1.0
