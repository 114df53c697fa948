from __future__ import annotations

from claudeflare.diagnosis.case import NOT_ASKED, Answer
from claudeflare.diagnosis.finding import Finding, problem
from claudeflare.diagnosis.keys import PUT_BACK, check_keys


def only(answer: Answer, *, served: bool = True) -> Finding:
    [found] = check_keys(answer, served=served)
    return found


def key(name: str, *, present: bool, secrets: int) -> dict[str, object]:
    return {"id": name, "present": present, "secrets": secrets}


def test_all_there() -> None:
    keys = [key("a", present=True, secrets=2), key("b", present=False, secrets=0)]
    assert only(Answer({"place": "/k", "keys": keys})).summary == "All secrets open with what is in /k."


def test_one_missing() -> None:
    keys = [key("a", present=True, secrets=2), key("b", present=False, secrets=3)]
    assert only(Answer({"place": "/k", "keys": keys})) == problem(
        "keys", "The key that opens 3 secrets is not in /k (key b).", PUT_BACK
    )


def test_none_yet() -> None:
    assert only(Answer({"place": "/k", "keys": []})).state == "ok"


def test_a_vault_that_cannot_be_used_here() -> None:
    assert only(Answer(failure="The keyring is locked. Unlock it."), served=False) == problem(
        "keys", "The keyring is locked.", "Unlock it."
    )


def test_what_was_not_told() -> None:
    assert only(Answer(failure="The server says nothing.")).state == "skipped"
    assert only(NOT_ASKED).state == "skipped"
