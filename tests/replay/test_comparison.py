"""Several policies on the same requests, and what they are compared by."""

from __future__ import annotations

from claudeflare.providers.usage import TokenCounts
from claudeflare.replay.comparison import Comparison, compare
from claudeflare.replay.simulation import Rules
from claudeflare.replay.tally import Tally
from replay.replayed import account, request


def price(model: str, tokens: TokenCounts, at: float) -> float | None:
    return None if model == "unpriced" else 1.0


def test_it_tells_how_far_it_is_and_what_came_out() -> None:
    requests = [request(n / 10, f"s{n % 3}") for n in range(6_000)]
    *shares, last = compare(
        requests, [account("a"), account("b")], [Rules(), Rules(policy="round-robin")], price
    )  # fmt: skip
    assert isinstance(last, Comparison)
    assert shares == sorted(shares)
    assert all(isinstance(each, float) and 0.0 <= each <= 1.0 for each in shares)
    assert len(shares) > 3
    session, in_turn = (each.tally for each in last.fared)
    assert session.cache_read == last.undisturbed.cache_read
    assert (session.moves, session.cost) == (0, 6_000.0)
    assert in_turn.moves > 1_000


def test_nothing_to_simulate_is_no_error() -> None:
    (last,) = compare([], [account("a")], [Rules()], price)
    assert isinstance(last, Comparison)
    assert last.fared[0].tally.requests == 0
    assert last.fared[0].tally.wait_at(0.99) == 0.0


def test_a_price_that_is_not_known_is_counted_and_not_guessed() -> None:
    *_, last = compare([request(0.0), request(1.0, model="unpriced")], [account("a")], [Rules()], price)
    assert isinstance(last, Comparison)
    tally = last.fared[0].tally
    assert (tally.priced, tally.unpriced, tally.cost) == (1, 1, 1.0)


def test_a_share_of_waits() -> None:
    tally = Tally()
    for n in range(100):
        tally.ended(request(0.0), waited=float(max(n - 89, 0)), accounts_tried=1)
    assert (tally.wait_at(0.5), tally.wait_at(0.9), tally.wait_at(0.99)) == (0.0, 1.0, 10.0)
    assert repr(tally) == "<Tally 100 of 0 answered, 0 limited>"
