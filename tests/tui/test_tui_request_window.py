"""The part of an endless list that is held."""

from __future__ import annotations

from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.client.resources import Request
from claudeflare.tui.request_window import (
    FIRST_PAGE_MOST,
    PAGE_SIZE,
    WAITING_KEPT,
    RequestWindow,
    begun,
    let_go,
    refilled,
    with_news,
    with_next,
    with_waiting,
)


def row(second: int, **fields: object) -> Request:
    minutes, seconds = divmod(second, 60)
    given: dict[str, object] = {
        "id": f"r{second:05}",
        "timestamp": f"2026-11-22T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.000Z",
    }
    return cast(Request, given | fields)


def rows(newest: int, count: int = PAGE_SIZE) -> list[Request]:
    return [row(second) for second in range(newest, newest - count, -1)]


def ids(window: RequestWindow) -> list[str | None]:
    found = [window.at(line) for line in range(len(window))]
    return [None if each is None else each["id"] for each in found]


def long_list(pages: int) -> RequestWindow:
    newest = pages * PAGE_SIZE
    window = begun(rows(newest), "c0")
    for number in range(1, pages):
        window = with_next(window, rows(newest - number * PAGE_SIZE), f"c{number}" if number < pages - 1 else None)
    return window


def test_pages_come_one_behind_the_other() -> None:
    window = begun(rows(20, 2), "next")
    assert window.following == {"cursor": "next"}
    window = with_next(window, [row(19), row(18)], None)
    assert ids(window) == ["r00020", "r00019", "r00018"]
    assert window.following is None
    assert with_next(window, rows(10, 1), None) is window
    assert (window.at(-1), window.at(3), window.line_of("r00018"), window.line_of("gone")) == (None, None, 2, None)


def test_an_empty_page_only_leads_on() -> None:
    window = with_next(begun([], "a"), [], "b")
    assert (len(window), window.following) == (0, {"cursor": "b"})


def test_news_enter_in_the_order_of_their_beginnings() -> None:
    window = with_news(begun(rows(20, 2), "next"), [row(30), row(25)], away=False)
    assert ids(window) == ["r00030", "r00025", "r00020", "r00019"]
    # It began before all that is held: a later page has it.
    assert ids(with_news(window, [row(1)], away=False)) == ids(window)
    assert ids(with_news(begun(rows(20, 1), None), [row(1)], away=False)) == ["r00020", "r00001"]
    assert ids(with_news(begun([], None), [row(1)], away=False)) == ["r00001"]


def test_a_later_word_takes_the_place_of_the_earlier_one() -> None:
    window = with_news(begun(rows(20, 2), None), [row(19, errorMessage="late")], away=True)
    found = window.at(1)
    assert found is not None
    assert found["errorMessage"] == "late"
    assert window.waiting_count == 0


def test_while_the_reader_is_away_news_wait() -> None:
    known = begun(rows(20, 2), "next")
    window = with_news(with_news(known, [row(21)], away=True), [row(22), row(21)], away=True)
    assert (ids(window), window.waiting_count) == (ids(known), 2)
    shown = with_waiting(window)
    assert shown is not None
    assert (ids(shown)[:2], shown.waiting_count) == (["r00022", "r00021"], 0)


def test_of_too_many_that_wait_only_the_count_is_kept() -> None:
    window = with_news(begun(rows(20, 2), None), rows(2000, WAITING_KEPT + 1), away=True)
    assert (len(window.waiting), window.waiting_count) == (WAITING_KEPT, WAITING_KEPT + 1)
    assert with_waiting(window) is None


def test_a_first_page_that_grew_too_long_is_cut() -> None:
    window = with_news(begun(rows(100), "next"), rows(100 + FIRST_PAGE_MOST, FIRST_PAGE_MOST), away=False)
    assert len(window) == PAGE_SIZE
    oldest = window.at(PAGE_SIZE - 1)
    assert oldest is not None
    assert oldest["id"] == "r00301"
    assert window.following == {"until": "2026-11-22T00:05:01.001000+00:00"}


def test_pages_far_from_the_reader_are_let_go_of_and_come_back() -> None:
    window = let_go(long_list(30), 2950, 2999)
    assert len(window) == 3000
    assert [page.rows is None for page in window.pages] == [True] * 23 + [False] * 7
    assert window.at(0) is None
    assert window.pages[0].start == {"until": "2026-11-22T00:50:00.001000+00:00"}
    assert window.pages[1].start == {"cursor": "c0"}
    assert let_go(window, 2950, 2999) is window
    # "The newest" would be others by now: news wait even when the reader is at the top.
    assert with_news(window, [row(4000)], away=False).waiting_count == 1
    window = refilled(window, 1, rows(2900, PAGE_SIZE + 5))
    assert (len(window), ids(window)[100]) == (3000, "r02900")


@given(
    st.lists(st.tuples(st.lists(st.integers(0, 3000), max_size=20), st.booleans(), st.integers(0, 2999)), max_size=8)
)
def test_lines_stay_where_they_are_while_the_reader_is_away(steps: list[tuple[list[int], bool, int]]) -> None:
    window = long_list(20)
    for news, look, line in steps:
        before = ids(window)
        window = let_go(window, line, line + 40) if look else with_news(window, [row(each) for each in news], away=True)
        assert all(now in (None, was) or was is None for now, was in zip(ids(window), before, strict=True))
        assert len(window.waiting) <= WAITING_KEPT
