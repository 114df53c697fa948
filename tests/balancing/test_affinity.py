"""Session keys, and bindings that slide, are written coarsely, and stay bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.balancing.affinity import LONGEST_SESSION_NAME, SessionBindings, session_key
from claudeflare.balancing.change import SessionBound

HOUR = 3_600.0


def test_requests_without_a_session_share_one_key_per_client_key() -> None:
    assert session_key(None, None) == session_key("", None) == "key:"
    assert session_key("team", None) == "key:team"


def test_a_session_is_scoped_by_its_client_key() -> None:
    assert session_key("team", "s1") == "key:team/s1"
    assert session_key("other", "s1") != session_key("team", "s1")


def test_a_client_key_that_looks_like_a_path_reaches_no_other() -> None:
    assert session_key("a/b", "c") != session_key("a", "b/c")
    assert session_key("a%2Fb", None) != session_key("a/b", None)


short = st.text(max_size=LONGEST_SESSION_NAME)


@given(st.tuples(st.text(), st.none() | short), st.tuples(st.text(), st.none() | short))
def test_different_requests_never_share_a_key(one: tuple[str, str | None], other: tuple[str, str | None]) -> None:
    assert (session_key(*one) == session_key(*other)) == (one == other)


def test_a_long_name_is_hashed() -> None:
    long = "x" * 65_536
    assert len(session_key("team", long)) < 100
    assert session_key("team", long) != session_key("team", long + "y")
    assert session_key("team", "\ud800" * 300).startswith("key:team/sha256:")


def test_a_new_session_is_written_down() -> None:
    bindings = SessionBindings(HOUR)
    assert bindings.bind("s", "a1", 0.0) == SessionBound("s", "a1", HOUR)
    assert bindings.lookup("s", 1.0) == "a1"
    assert bindings.lookup("unknown", 1.0) is None


def test_expiry_slides_with_use() -> None:
    bindings = SessionBindings(HOUR)
    bindings.bind("s", "a1", 0.0)
    bindings.bind("s", "a1", 3_000.0)
    assert bindings.lookup("s", 3_000.0 + HOUR - 1.0) == "a1"
    assert bindings.lookup("s", 3_000.0 + HOUR) is None


def test_a_touch_is_written_down_only_when_the_written_expiry_lags() -> None:
    bindings = SessionBindings(HOUR)
    bindings.bind("s", "a1", 0.0)
    assert bindings.bind("s", "a1", 0.05 * HOUR) is None
    assert bindings.bind("s", "a1", 0.05 * HOUR + 1.0) == SessionBound("s", "a1", 1.05 * HOUR + 1.0)
    assert bindings.bind("s", "a1", 0.05 * HOUR + 2.0) is None


def test_a_moved_session_is_written_down_at_once() -> None:
    bindings = SessionBindings(HOUR)
    bindings.bind("s", "a1", 0.0)
    assert bindings.bind("s", "a2", 1.0) == SessionBound("s", "a2", HOUR + 1.0)
    assert bindings.lookup("s", 2.0) == "a2"


def test_an_expired_session_may_be_bound_anew() -> None:
    bindings = SessionBindings(HOUR)
    bindings.bind("s", "a1", 0.0)
    assert bindings.bind("s", "a1", 2 * HOUR) == SessionBound("s", "a1", 3 * HOUR)


def test_beyond_the_limit_the_least_recently_used_is_forgotten() -> None:
    bindings = SessionBindings(HOUR, limit=2)
    bindings.bind("s1", "a1", 0.0)
    bindings.bind("s2", "a1", 1.0)
    bindings.bind("s1", "a1", 2.0)
    bindings.bind("s3", "a1", 3.0)
    assert [bindings.lookup(name, 4.0) for name in ("s1", "s2", "s3")] == ["a1", None, "a1"]
    assert repr(bindings) == "<SessionBindings 2 of at most 2>"


def test_expired_sessions_leave_as_new_ones_come() -> None:
    bindings = SessionBindings(HOUR)
    for number in range(10):
        bindings.bind(f"old{number}", "a1", 0.0)
    for number in range(10):
        bindings.bind(f"new{number}", "a1", 2 * HOUR)
    assert len(bindings) == 10


def test_load_takes_over_what_was_written() -> None:
    bindings = SessionBindings(HOUR)
    bindings.load([SessionBound("s", "a1", HOUR), SessionBound("s", "a2", HOUR + 1.0)])
    assert bindings.lookup("s", 0.0) == "a2"
    assert bindings.bind("s", "a2", 1.0) is None


def test_load_never_shortens_a_binding_to_the_same_account() -> None:
    bindings = SessionBindings(HOUR)
    bindings.bind("s", "a1", 1_000.0)
    bindings.load([SessionBound("s", "a1", 1.0)])
    assert bindings.lookup("s", 2_000.0) == "a1"
    bindings.load([SessionBound("s", "a1", 9_000.0)])
    assert bindings.lookup("s", 8_999.0) == "a1"


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("xy"), st.floats(0.0, 500.0)), max_size=60))
def test_what_was_written_restores_the_bindings(uses: list[tuple[str, str, float]]) -> None:
    """A restart loses no binding, and at most 5 % of one's time."""
    running, restarted, now = SessionBindings(1_000.0), SessionBindings(1_000.0), 0.0
    for session, account_id, pause in uses:
        now += pause
        change = running.bind(session, account_id, now)
        restarted.load([change] if change else [])
    for session in {use[0] for use in uses}:
        if running.lookup(session, now + 50.0 + 1e-6) is not None:
            assert restarted.lookup(session, now) == running.lookup(session, now)
