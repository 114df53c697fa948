from __future__ import annotations

from collections.abc import Sequence

import pytest

from claudeflare.balancing.change import Benched, Pinned, Unpinned
from claudeflare.control.pending_changes import PendingChanges
from claudeflare.control.pin_answers import answer_pins
from claudeflare.errors import StorageError
from claudeflare.gateway.messages import PinAnswer, PinQuestion

STORED = {pin.id: pin for pin in (Pinned("file_01", "a", "alpha"), Pinned("file_02", "a", "alpha"))}


def find(ids: Sequence[str]) -> list[Pinned]:
    return [STORED[thing] for thing in ids if thing in STORED]


async def test_what_is_stored_is_said() -> None:
    answer = await answer_pins(PinQuestion(7, ["file_01", "file_09"]), find, PendingChanges(10))
    assert answer == PinAnswer(7, [STORED["file_01"]])


async def test_what_is_newer_than_the_database_counts() -> None:
    recent = PendingChanges(10)
    moved, fresh = Pinned("file_02", "b", "beta"), Pinned("file_03", "b", "beta")
    recent.add([Benched("a", "", 9.0, "r"), Unpinned("file_01", "a"), moved, fresh])
    answer = await answer_pins(PinQuestion(1, ["file_01", "file_02", "file_03"]), find, recent)
    assert answer.pins == [moved, fresh]


async def test_a_broken_database_is_not_ignorance(caplog: pytest.LogCaptureFixture) -> None:
    def broken(ids: Sequence[str]) -> list[Pinned]:
        raise StorageError("The disk is gone.")

    assert await answer_pins(PinQuestion(1, ["file_01"]), broken, PendingChanges(10)) == PinAnswer(1, failed=True)
    assert "a gateway cannot be told which account holds file_01: The disk is gone." in caplog.text
