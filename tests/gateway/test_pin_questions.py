from __future__ import annotations

import asyncio
from collections.abc import Sequence

from claudeflare.balancing.change import Pinned
from claudeflare.gateway.messages import PinAnswer, PinQuestion
from claudeflare.gateway.pin_questions import PinQuestions

FILE = Pinned("file_01", "a")


async def test_each_answer_goes_to_who_asked() -> None:
    asked: list[PinQuestion] = []
    told: list[tuple[str, Sequence[Pinned] | None]] = []
    questions = PinQuestions()
    questions.connected(asked.append)
    questions.ask(["file_01"], lambda pins: told.append(("first", pins)))
    questions.ask(["file_02", "file_03"], lambda pins: told.append(("second", pins)))
    assert [one.ids for one in asked] == [["file_01"], ["file_02", "file_03"]]
    questions.answered(PinAnswer(asked[1].number, []))
    questions.answered(PinAnswer(asked[0].number, [FILE]))
    questions.answered(PinAnswer(asked[0].number, [FILE]))
    questions.answered(PinAnswer(99, [FILE]))
    assert told == [("second", []), ("first", [FILE])]
    assert repr(questions) == "<PinQuestions 0 open>"


async def test_what_nobody_can_say() -> None:
    told: list[Sequence[Pinned] | None] = []
    asked: list[PinQuestion] = []
    questions = PinQuestions()
    assert questions.ask(["file_01"], told.append) is None
    assert told == [None]
    questions.connected(asked.append)
    questions.ask(["file_01"], told.append)
    questions.answered(PinAnswer(asked[0].number, failed=True))
    assert told == [None, None]
    questions.ask(["file_01"], told.append)
    questions.lost()
    assert told == [None, None, None]
    questions.ask(["file_01"], told.append)
    assert len(told) == 4


async def test_control_that_says_nothing_is_not_waited_for() -> None:
    questions = PinQuestions(wait_seconds=0.0)
    questions.connected(lambda question: None)
    given_up: asyncio.Future[Sequence[Pinned] | None] = asyncio.get_running_loop().create_future()
    questions.ask(["file_01"], given_up.set_result)
    assert await given_up is None


async def test_a_forgotten_question_is_not_answered() -> None:
    told: list[Sequence[Pinned] | None] = []
    questions = PinQuestions()
    questions.connected(lambda question: None)
    number = questions.ask(["file_01"], told.append)
    assert number is not None
    questions.forget(number)
    questions.forget(number)
    questions.answered(PinAnswer(number, [FILE]))
    questions.lost()
    assert told == []
