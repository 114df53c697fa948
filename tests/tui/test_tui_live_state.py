"""What each event changes of what is known."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.tui.live_state import REQUESTS_KEPT, SECONDS_KEPT, LiveState, folded, with_use

NOW = 1_795_369_200.0


def account(name: str, **fields: Any) -> Any:
    return {"id": name, "name": name, "gauges": [], "inFlight": 0, "paused": False} | fields


def activity(*ids: str, **counts: int) -> Any:
    finished = [{"id": id_} for id_ in ids]
    return {"openedCount": 0, "finishedCount": len(ids), "failedCount": 0, "opened": [], "finished": finished} | counts


def ids(state: LiveState) -> list[str]:
    return [request["id"] for request in state.requests]


def test_the_newest_requests_come_first() -> None:
    state = folded(LiveState(), "requests", activity("a", "b"), NOW)
    assert ids(folded(state, "requests", activity("c"), NOW)) == ["c", "b", "a"]


def test_a_later_word_takes_the_place_of_the_earlier() -> None:
    state = folded(LiveState(), "requests", activity("a", "b"), NOW)
    later = activity()
    later["finished"] = [{"id": "a", "costUsd": 1.0}]
    after = folded(state, "requests", later, NOW)
    assert [dict(each) for each in after.requests] == [{"id": "b"}, {"id": "a", "costUsd": 1.0}]


@given(st.lists(st.lists(st.integers(0, 400), max_size=30), max_size=30))
def test_each_request_is_there_once_and_only_so_many(batches: list[list[int]]) -> None:
    state = LiveState()
    for batch in batches:
        state = folded(state, "requests", activity(*map(str, batch)), NOW)
    assert len(set(ids(state))) == len(ids(state)) <= REQUESTS_KEPT
    if batches and batches[-1]:
        assert str(batches[-1][-1]) in ids(state)


def test_seconds_add_up_and_pass() -> None:
    state = folded(LiveState(), "requests", activity("a", openedCount=2), NOW + 0.1)
    state = folded(state, "requests", activity("b", failedCount=1), NOW + 0.8)
    state = folded(state, "requests", activity("c"), NOW + 1.0)
    assert state.seconds == ((int(NOW), 2, 2, 1), (int(NOW) + 1, 0, 1, 0))
    later = folded(state, "requests", activity("d"), NOW + SECONDS_KEPT + 0.5)
    assert [second.at for second in later.seconds] == [int(NOW) + 1, int(NOW) + SECONDS_KEPT]


def test_accounts_come_change_and_go() -> None:
    state = folded(LiveState(accounts=(account("old"),)), "account", account("new"), NOW)
    assert [each["name"] for each in state.accounts] == ["new", "old"]
    state = folded(state, "account", account("old", paused=True), NOW)
    assert [each["paused"] for each in state.accounts] == [False, True]
    state = folded(state, "account-removed", {"id": "new", "name": "new"}, NOW)
    assert [each["name"] for each in state.accounts] == ["old"]


def test_gauges_are_newer_than_what_an_account_is_told_with() -> None:
    state = LiveState(accounts=(account("a"), account("b")))
    state = folded(state, "gauges", [{"id": "a", "inFlight": 3, "gauges": ["g"]}], NOW)
    state = folded(state, "account", account("a", paused=True), NOW)
    first, second = state.accounts
    assert (first["inFlight"], first["gauges"], first["paused"]) == (3, ["g"], True)
    assert second["inFlight"] == 0


def test_the_queue_the_strategy_and_what_happened_are_taken_over() -> None:
    queue: Any = {"waiting": 2, "lines": []}
    state = folded(LiveState(), "queue", queue, NOW)
    state = folded(state, "strategy", {"strategy": "headroom"}, NOW)
    state = folded(state, "happened", {"text": "one"}, NOW)
    state = folded(state, "happened", {"text": "two"}, NOW)
    assert (state.queue, state.strategy) == (queue, "headroom")
    assert [each["text"] for each in state.happenings] == ["two", "one"]


def test_what_a_newer_server_tells_changes_nothing() -> None:
    state = LiveState(strategy="session")
    assert folded(state, "something-new", {"a": 1}, NOW) is state


def test_what_accounts_were_used_for_is_read_and_all_else_is_told() -> None:
    known: Any = {"id": "1", "inFlight": 3, "paused": True, "requestCount": 1, "totalRequests": 1, "lastUsed": None}
    read: Any = {"id": "1", "inFlight": 0, "paused": False, "requestCount": 5, "totalRequests": 9, "lastUsed": "now"}
    added: Any = {"id": "2"}
    elsewhere: Any = {"id": "3"}
    now: Any = {"id": "1", "inFlight": 3, "paused": True, "requestCount": 5, "totalRequests": 9, "lastUsed": "now"}
    assert with_use([known, added], [read, elsewhere]) == (now, added)
