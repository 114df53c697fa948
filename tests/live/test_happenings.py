from __future__ import annotations

import pytest

from claudeflare.balancing.change import AttentionNeeded, BenchCleared, Benched, Change, SessionBound, Unpinned
from claudeflare.live.happenings import sentence
from claudeflare.storage.happenings import Happening
from claudeflare.storage.told_changes import happening


@pytest.mark.parametrize(
    ("change", "kind", "told"),
    [
        (Benched("a1", "", 20.0, "tokens per minute"), "limited", "work was limited: tokens per minute."),
        (Benched("a1", "opus", 20.0, "7d_opus"), "limited", "work was limited for opus: 7d_opus."),
        (Benched("a1", "", 20.0, "5 errors", guess=True), "set-aside", "work was set aside: 5 errors."),
        (BenchCleared("a1", ""), "recovered", "work takes requests again."),
        (BenchCleared("a1", "opus"), "recovered", "work takes requests again for opus."),
        (AttentionNeeded("a1", "the key was revoked"), "attention", "work needs attention: the key was revoked."),
        (AttentionNeeded("a1", ""), "attention-over", "work no longer needs attention."),
    ],
)
def test_changes_of_accounts_are_told(change: Change, kind: str, told: str) -> None:
    what = happening(change, 10.0)
    assert what is not None
    assert (what.at, what.kind, what.account_id) == (10.0, kind, "a1")
    assert sentence(what, "work") == told
    assert what.until == (20.0 if isinstance(change, Benched) else None)


@pytest.mark.parametrize("change", [SessionBound("s", "a1", 1.0), Unpinned("file_1", "a1")])
def test_what_happens_with_every_request_is_not(change: Change) -> None:
    assert happening(change, 10.0) is None


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (Happening(at=1.0, kind="moved", account="work", reason="spare"), "1 request moved from work to spare."),
        (Happening(at=1.0, kind="moved", reason="spare", count=3), "3 requests moved from work to spare."),
        (Happening(at=1.0, kind="strategy", reason="headroom"), "The strategy is now headroom."),
        (Happening(at=1.0, kind="account-paused"), "work was paused."),
        (Happening(at=1.0, kind="refreshed"), "work has a new token."),
    ],
)
def test_the_rest_in_words(what: Happening, told: str) -> None:
    assert sentence(what, "work") == told


def test_a_client_key_in_words() -> None:
    used_up = Happening(at=1.0, kind="budget", client_key="ci", reason="5 USD a day")
    assert sentence(used_up, None) == "The client key ci has used up its budget: 5 USD a day."
    near = Happening(at=1.0, kind="budget-near", client_key="ci", reason="5 USD a day")
    assert sentence(near, None) == "The client key ci has little of its budget left: 5 USD a day."


def test_an_account_nobody_can_name() -> None:
    assert sentence(Happening(at=1.0, kind="recovered"), None) == "An account takes requests again."
