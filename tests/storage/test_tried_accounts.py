from __future__ import annotations

import pytest
from sample_requests import priced

from claudeflare.journal.records import Attempt
from claudeflare.storage.chunks import IDS_PER_QUERY
from claudeflare.storage.database import Database
from claudeflare.storage.records import RequestFilter
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.tried_accounts import tried_accounts


def attempts(tried: str) -> list[Attempt]:
    """A letter for each; `-` is the client's own credential."""
    return [Attempt(account_id=each.strip("-"), account=each.upper().strip("-")) for each in tried]


@pytest.mark.parametrize(
    ("tried", "answered_by", "names"),
    [
        ("", None, ()),
        ("a", "a", ()),
        ("aab", "b", ("A",)),
        ("abc", "c", ("A", "B")),
        ("bab", "b", ("A",)),
        ("ab", None, ("A", "B")),
        ("-b", "b", ()),
    ],
)
def test_those_before_the_one_that_answered(tried: str, answered_by: str | None, names: tuple[str, ...]) -> None:
    assert tried_accounts(attempts(tried), answered_by) == names


def test_a_page_tells_of_every_request_that_was_moved(database: Database) -> None:
    store, many = RequestStore(database), IDS_PER_QUERY + 10
    records = [priced(f"moved-{n:04}", account_id="b", attempts=attempts("ab")) for n in range(many)]
    store.write_batch(
        opened=[], finished=[*records, priced("still", account_id="b", attempts=attempts("b"))], changed=[], shed={}
    )
    lines, _ = store.list(RequestFilter(), None, many + 1)
    assert {line.id: line.tried for line in lines} == {
        "still": (),
        **{f"moved-{n:04}": ("A",) for n in range(many)},
    }
