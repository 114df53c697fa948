from __future__ import annotations

from claudeflare.journal.records import Attempt
from claudeflare.live.request_news import MOST_KEPT, RequestNews
from harness.live_batches import Batch, begun, ended


def test_what_came_is_told_once() -> None:
    news = RequestNews()
    news.stored(Batch([begun("r-1")], [ended("r-2"), ended("r-3", status=500)]))
    news.stored(Batch([], [ended("r-4", terminal_state="truncated")]))
    told = news.take()
    assert [each.id for each in told.opened] == ["r-1"]
    assert [line.id for line in told.finished] == ["r-2", "r-3", "r-4"]
    assert (told.opened_count, told.finished_count, told.failed_count) == (1, 3, 2)
    again = news.take()
    assert (again.opened, again.finished, again.opened_count, again.finished_count) == ([], [], 0, 0)


def test_a_request_that_went_from_account_to_account_moved() -> None:
    news = RequestNews()
    tried = [Attempt(account="work"), Attempt(account="work"), Attempt(account="spare"), Attempt(account="third")]
    news.stored(Batch([], [ended("r-1", attempts=tried), ended("r-2", attempts=tried[:2])]))
    assert news.take().moves == [("work", "spare"), ("spare", "third")]


def test_more_than_fits_is_counted_and_the_newest_kept() -> None:
    news = RequestNews()
    news.stored(Batch([], [ended(f"r-{number}") for number in range(MOST_KEPT + 10)]))
    assert repr(news) == f"<RequestNews 0 opened, {MOST_KEPT + 10} finished>"
    told = news.take()
    assert told.finished_count == MOST_KEPT + 10
    assert (len(told.finished), told.finished[-1].id) == (MOST_KEPT, f"r-{MOST_KEPT + 9}")
