from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.access.throttle import (
    ADDRESS_BURST,
    ADDRESS_PER_SECOND,
    ALL_BURST,
    ALL_PER_SECOND,
    MOST_ADDRESSES,
    Throttle,
)

NOW = 1_795_000_000.0


def wrong(throttle: Throttle, address: str, now: float = NOW) -> bool:
    """A wrong attempt; whether it was looked at."""
    return throttle.take(address, now) == 0.0


def test_an_address_may_be_wrong_a_few_times_and_then_now_and_then() -> None:
    throttle = Throttle()
    assert [wrong(throttle, "192.0.2.1") for _ in range(12)] == [True] * 10 + [False] * 2
    wait = throttle.take("192.0.2.1", NOW)
    assert 5.9 < wait <= 6.0
    assert not wrong(throttle, "192.0.2.1", NOW + wait - 0.1)
    assert wrong(throttle, "192.0.2.1", NOW + wait + 0.01)
    assert wrong(throttle, "192.0.2.2")


def test_what_was_right_counts_for_nothing() -> None:
    throttle = Throttle()
    for _ in range(1000):
        assert throttle.take("192.0.2.1", NOW) == 0.0
        throttle.right("192.0.2.1")


def test_all_strangers_together_but_not_whom_is_known() -> None:
    throttle = Throttle()
    assert throttle.take("198.51.100.1", NOW) == 0.0
    throttle.right("198.51.100.1")
    looked_at = sum(wrong(throttle, f"192.0.{number >> 8}.{number & 255}") for number in range(300))
    assert looked_at == ALL_BURST
    assert not wrong(throttle, "203.0.113.1")
    assert wrong(throttle, "198.51.100.1")
    assert wrong(throttle, "203.0.113.1", NOW + 1.01)


def test_one_customer_has_a_whole_network_of_ipv6() -> None:
    throttle = Throttle()
    assert sum(wrong(throttle, f"2001:db8::{number:x}") for number in range(20)) == ADDRESS_BURST
    assert wrong(throttle, "2001:db8:0:1::1")
    assert wrong(throttle, "fe80::1%eth0")
    assert wrong(throttle, "")


def test_a_command_without_a_server_is_in_nobodys_way() -> None:
    throttle = Throttle()
    assert {throttle.take(None, NOW) for _ in range(1000)} == {0.0}
    throttle.right(None)


def test_memory_is_bounded() -> None:
    throttle = Throttle()
    for number in range(MOST_ADDRESSES + 100):
        throttle.take(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", NOW)
    assert repr(throttle) == f"<Throttle {MOST_ADDRESSES} addresses>"


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    throttle = Throttle()
    assert wrong(throttle, "192.0.2.1", NOW)
    assert wrong(throttle, "192.0.2.1", NOW - 1e6)
    assert wrong(throttle, "192.0.2.1", NOW)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.floats(0, 30)), max_size=200))
def test_nobody_is_looked_at_more_often_than_the_bucket_says(attempts: list[tuple[str, float]]) -> None:
    throttle, now = Throttle(), NOW
    counts: dict[str, int] = {}
    for address, pause in attempts:
        now += pause
        wait = throttle.take(address, now)
        assert 0 <= wait <= max(1 / ADDRESS_PER_SECOND, 1 / ALL_PER_SECOND) + 1e-3
        counts[address] = counts.get(address, 0) + (wait == 0.0)
    for count in counts.values():
        assert count <= ADDRESS_BURST + (now - NOW) * ADDRESS_PER_SECOND + 1e-3
    assert sum(counts.values()) <= ALL_BURST + (now - NOW) * ALL_PER_SECOND + 1e-3
