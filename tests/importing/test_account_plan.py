from __future__ import annotations

import uuid
from typing import Any

import pytest

from claudeflare.importing.account_plan import Decision, plan
from claudeflare.importing.old_accounts import OldAccount
from claudeflare.importing.old_requests import AccountHere


def old(number: int, name: str, **fields: Any) -> OldAccount:
    account_id = str(uuid.UUID(int=number))
    usual = {"provider": "anthropic", "mode": "api-key", "secrets": {"apiKey": "k"}}
    return OldAccount(id=account_id, file_id=account_id, name=name, **(usual | fields))


def fates(decisions: list[Decision]) -> list[tuple[str | None, str, str, str | None]]:
    """Name, why not, and whose the requests are: by the last digit of the id, and by name."""
    return [(each.name, each.why_not, each.history.id[-1], each.history.name) for each in decisions]


def test_all_are_taken_where_there_is_nobody() -> None:
    assert fates(plan([old(1, "work"), old(2, "home")], [])) == [
        ("work", "", "1", "work"),
        ("home", "", "2", "home"),
    ]


def test_one_whose_name_is_taken_counts_as_that_account() -> None:
    present = [AccountHere("here-9", "Work")]
    words = "there is an account Work, which gets its requests"
    assert fates(plan([old(1, "work")], present)) == [(None, words, "9", "Work")]


def test_or_gets_another_name() -> None:
    present = [AccountHere("here-9", "work"), AccountHere("here-8", "WORK-2")]
    assert fates(plan([old(1, "work")], present, rename=True)) == [("work-3", "", "1", "work-3")]
    long = "x" * 64
    (decision,) = plan([old(1, long)], [AccountHere("here-9", long)], rename=True)
    assert decision.name == "x" * 62 + "-2"


def test_two_of_one_name_in_the_file() -> None:
    both = [old(1, "work"), old(2, "work")]
    words = "another account of the file has this name"
    assert fates(plan(both, [])) == [("work", "", "1", "work"), (None, words, "2", "work")]
    assert fates(plan(both, [], rename=True)) == [("work", "", "1", "work"), ("work-2", "", "2", "work-2")]


def test_one_that_was_imported_before_is_found_by_its_id() -> None:
    present = [AccountHere(str(uuid.UUID(int=1)), "office")]
    words = "it was imported before, and is office"
    assert fates(plan([old(1, "work")], present, rename=True)) == [(None, words, "1", "office")]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mode": None, "why_not": "it has no credential"}, "it has no credential"),
        ({"base_url": "nonsense"}, "A base URL looks like"),
        ({"priority": 10**9}, "A priority lies between"),
    ],
)
def test_what_cannot_be_here(fields: dict[str, Any], words: str) -> None:
    (decision,) = plan([old(1, "work", **fields)], [AccountHere("here-9", "work")])
    assert decision.name is None
    assert decision.why_not.startswith(words)
    assert decision.history == AccountHere(str(uuid.UUID(int=1)), "work")


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb", str(uuid.UUID(int=3))])
def test_names_that_cannot_be(name: str) -> None:
    (decision,) = plan([old(1, name)], [])
    assert decision.name is None
    assert "name" in decision.why_not


def test_history_alone() -> None:
    present = [AccountHere("here-9", "work")]
    found = fates(plan([old(1, "work"), old(2, "home")], present, take=False))
    assert [(name, account) for name, _, account, _ in found] == [(None, "9"), (None, "2")]
    assert found[1][1] == "accounts are left out"
