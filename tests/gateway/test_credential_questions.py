from __future__ import annotations

import asyncio

from claudeflare.gateway.credential_questions import CONTROL_IS_SILENT, CredentialQuestions
from claudeflare.gateway.messages import CredentialAnswer, CredentialQuestion
from claudeflare.providers.provider import Credential

NEW = Credential("bearer", "new", 2)
Answers = list[tuple[str, Credential | None, str]]


def asked_of(questions: CredentialQuestions) -> list[CredentialQuestion]:
    asked: list[CredentialQuestion] = []
    questions.connected(asked.append)
    return asked


async def test_all_who_need_the_same_ask_once() -> None:
    questions, told = CredentialQuestions(), Answers()
    asked = asked_of(questions)
    for who in ("one", "two", "three"):
        questions.ask("a", 1, refused=True, told=lambda *answer, who=who: told.append((who, *answer)))  # type: ignore[misc]
    questions.ask("a", 1, refused=False, told=lambda *answer: told.append(("other", *answer)))
    questions.ask("b", 1, refused=True, told=lambda *answer: told.append(("other", *answer)))
    assert [(one.account_id, one.refused) for one in asked] == [("a", True), ("a", False), ("b", True)]
    questions.answered(CredentialAnswer(asked[0].number, "a", NEW))
    assert told == [(who, NEW, "") for who in ("one", "two", "three")]
    questions.answered(CredentialAnswer(asked[0].number, "a", NEW))
    questions.answered(CredentialAnswer(asked[1].number, "a", None, "why"))
    assert told[3:] == [("other", None, "why")]
    assert repr(questions) == "<CredentialQuestions 1 open>"
    questions.lost()


async def test_who_has_left_is_told_nothing() -> None:
    questions, told = CredentialQuestions(), Answers()
    asked = asked_of(questions)
    second = None

    def first(credential: Credential | None, words: str) -> None:
        told.append(("first", credential, words))
        assert second is not None
        questions.forget(second)

    questions.ask("a", 1, refused=True, told=first)
    second = questions.ask("a", 1, refused=True, told=lambda *answer: told.append(("second", *answer)))
    questions.answered(CredentialAnswer(asked[0].number, "a", NEW))
    assert told == [("first", NEW, "")]
    assert second is not None
    questions.forget(second)


async def test_without_control_there_is_an_answer_at_once() -> None:
    questions, told = CredentialQuestions(), Answers()
    assert questions.ask("a", 1, refused=True, told=lambda *answer: told.append(("x", *answer))) is None
    assert told == [("x", None, CONTROL_IS_SILENT)]
    asked_of(questions)
    questions.ask("a", 1, refused=True, told=lambda *answer: told.append(("y", *answer)))
    questions.lost()
    assert told[1:] == [("y", None, CONTROL_IS_SILENT)]


async def test_control_is_not_waited_for_for_ever() -> None:
    questions = CredentialQuestions(wait_seconds=0.001)
    asked_of(questions)
    over = asyncio.get_running_loop().create_future()
    questions.ask("a", 1, refused=False, told=lambda *answer: over.set_result(answer))
    assert await over == (None, CONTROL_IS_SILENT)
