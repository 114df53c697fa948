from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from claudeflare.credentials.refresh_decision import (
    LONGEST_PAUSE_SECONDS,
    MISPLACED_PAUSE_SECONDS,
    NO_TROUBLE,
    Refuse,
    Renew,
    Serve,
    Trouble,
    Wish,
    after_failure,
    decide,
    is_due,
    seconds_until_due,
    serve_on,
)
from claudeflare.credentials.token_reply import EndpointLimited, EndpointMisplaced, EndpointTroubled
from claudeflare.credentials.token_state import TokenState
from claudeflare.providers.provider import Credential

END = 10_000.0
FRESH, DUE, UNUSABLE, OVER = END - 3000, END - 100, END - 10, END + 10
STATE = TokenState(credential=Credential("bearer", "t", 7, END - 30), expires_at=END, lifetime=3600.0, renewable=True)
KEY = TokenState(credential=Credential("api-key", "k", 7))
STATIC = TokenState(credential=Credential("bearer", "t", 7))
FOREIGN = replace(STATE, renewable=False)
REFUSED = replace(STATE, refused="no")
PAUSING = Trouble(failures=1, since=0.0, until=inf, words="down")


@pytest.mark.parametrize(
    ("wish", "now", "expected"),
    [
        (Wish.DUE, FRESH, Serve),
        (Wish.DUE, DUE, Renew),
        (Wish.EXPIRED, FRESH, Serve),
        (Wish.EXPIRED, DUE, Serve),
        (Wish.EXPIRED, UNUSABLE, Renew),
        (Wish.EXPIRED, OVER, Renew),
        (Wish.REFUSED, FRESH, Renew),
        (Wish.OWNER, FRESH, Renew),
    ],
)
def test_when_a_token_is_renewed(wish: Wish, now: float, expected: type) -> None:
    assert isinstance(decide(STATE, wish, 7, NO_TROUBLE, now), expected)


def test_a_late_word_about_an_old_token_renews_nothing() -> None:
    for wish in (Wish.REFUSED, Wish.EXPIRED):
        assert decide(STATE, wish, 6, NO_TROUBLE, FRESH) == Serve(STATE.credential)
        assert decide(STATE, wish, 6, NO_TROUBLE, UNUSABLE) == Renew()


def test_an_endpoint_in_trouble_is_left_alone_and_the_token_used_to_its_end() -> None:
    on = Serve(replace(STATE.credential, usable_until=END))
    assert decide(STATE, Wish.EXPIRED, 7, PAUSING, UNUSABLE) == on
    assert decide(STATE, Wish.DUE, None, PAUSING, DUE) == on
    assert decide(STATE, Wish.EXPIRED, 7, PAUSING, OVER) == Refuse("down")
    assert decide(STATE, Wish.REFUSED, 7, PAUSING, FRESH) == Refuse("down")
    assert decide(STATE, Wish.OWNER, 7, PAUSING, FRESH) == Renew()


def test_an_api_that_refuses_every_token_gets_no_new_one_at_each_request() -> None:
    trouble = Trouble(refused_at=FRESH)
    assert isinstance(decide(STATE, Wish.REFUSED, 7, trouble, FRESH + 29), Refuse)
    assert decide(STATE, Wish.REFUSED, 7, trouble, FRESH + 31) == Renew()
    # The clock was set back: no reason to wait for it.
    assert decide(STATE, Wish.REFUSED, 7, trouble, FRESH - 3600) == Renew()


def test_what_is_not_renewed() -> None:
    for wish in Wish:
        assert not isinstance(decide(STATIC, wish, 7, NO_TROUBLE, FRESH), Renew)
        assert not isinstance(decide(FOREIGN, wish, 7, NO_TROUBLE, UNUSABLE), Renew)
    assert decide(STATIC, Wish.DUE, None, NO_TROUBLE, OVER) == Serve(STATIC.credential)
    refused = decide(STATIC, Wish.REFUSED, 7, NO_TROUBLE, FRESH)
    assert isinstance(refused, Refuse)
    assert refused.login_needed
    foreign = decide(FOREIGN, Wish.REFUSED, 7, NO_TROUBLE, FRESH)
    assert isinstance(foreign, Refuse)
    assert not foreign.login_needed
    assert isinstance(decide(FOREIGN, Wish.EXPIRED, 7, NO_TROUBLE, UNUSABLE), Serve)
    assert isinstance(decide(FOREIGN, Wish.EXPIRED, 7, NO_TROUBLE, OVER), Refuse)
    assert isinstance(decide(KEY, Wish.OWNER, 7, NO_TROUBLE, OVER), Refuse)


def test_one_that_needs_a_login() -> None:
    for wish in (Wish.DUE, Wish.EXPIRED, Wish.REFUSED):
        assert decide(REFUSED, wish, 6, NO_TROUBLE, FRESH) == Refuse("no", login_needed=True)
    assert decide(REFUSED, Wish.OWNER, None, NO_TROUBLE, FRESH) == Renew()
    assert not is_due(REFUSED, NO_TROUBLE, OVER)
    assert seconds_until_due(REFUSED, NO_TROUBLE, OVER) == inf


def test_when_the_next_one_is_due() -> None:
    assert seconds_until_due(STATE, NO_TROUBLE, FRESH) == 3000 - 120
    assert seconds_until_due(STATE, NO_TROUBLE, OVER) == 0.0
    assert seconds_until_due(STATE, Trouble(since=OVER, until=OVER + 5), OVER + 1) == 4.0
    assert seconds_until_due(STATIC, NO_TROUBLE, FRESH) == inf
    assert is_due(STATE, NO_TROUBLE, DUE)
    assert not is_due(STATE, NO_TROUBLE, FRESH)
    assert not is_due(STATE, PAUSING, DUE)


def test_pauses_by_kind_of_trouble() -> None:
    first = after_failure(NO_TROUBLE, EndpointTroubled("down"), 100.0, 0.999)
    assert (first.failures, first.words) == (1, "down")
    assert 104.9 < first.until <= 105.0
    assert after_failure(first, EndpointTroubled("down"), 100.0, 0.999).until > 109.9
    assert after_failure(NO_TROUBLE, EndpointMisplaced("404"), 100.0, 0.0).until == 100.0 + MISPLACED_PAUSE_SECONDS
    assert after_failure(NO_TROUBLE, EndpointLimited("429", 2895.0), 100.0, 0.5).until == 100.0 + 2895.5
    assert after_failure(NO_TROUBLE, EndpointLimited("429", None), 100.0, 0.0).until == 102.5


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True), st.floats(0, 4e9))
def test_a_pause_is_neither_nothing_nor_for_ever(failures: int, jitter: float, now: float) -> None:
    trouble = after_failure(Trouble(failures=failures), EndpointTroubled("down"), now, jitter)
    assert 2.0 < trouble.until - now <= LONGEST_PAUSE_SECONDS + 1
    assert trouble.pausing(now)
    assert not trouble.pausing(trouble.until)
    assert not trouble.pausing(now - 3600)


@given(st.sampled_from([STATE, STATIC, FOREIGN, REFUSED, KEY]), st.sampled_from(list(Wish)), st.floats(0, 20_000))
def test_no_expired_token_is_ever_served(state: TokenState, wish: Wish, now: float) -> None:
    for seen in (6, 7, None):
        decision = decide(state, wish, seen, PAUSING, now)
        if isinstance(decision, Serve) and state.expires_at is not None:
            assert now < state.expires_at


def test_serving_on() -> None:
    assert serve_on(STATIC, "why", OVER) == Serve(STATIC.credential)
    assert serve_on(STATE, "why", OVER) == Refuse("why")
