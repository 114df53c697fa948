"""Questions before something is done."""

from __future__ import annotations

import pytest

from claudeflare.tui.dialogs.confirm import OTHER, YES, ConfirmDialog, Question
from harness.events import Watched
from harness.terminal_ui import seated

ASKED = Question("Sure?", "It is gone then.", "Do it", other="Something else")


@pytest.mark.parametrize(("button", "answer"), [("submit", YES), ("other", OTHER), ("back", None)])
async def test_each_button_has_its_answer(server: Watched, button: str, answer: str | None) -> None:
    async with seated(server, size=(80, 24)) as seat:
        answers: list[str | None] = []
        await seat.until("available")
        await seat.ui.push_screen(ConfirmDialog(ASKED), answers.append)
        await seat.until("It is gone then.")
        await seat.pilot.click(f"#{button}")
        await seat.until_gone("It is gone then.")
        assert answers == [answer]
        assert len(seat.ui.screen_stack) == 1


async def test_enter_is_a_yes_and_escape_is_none(server: Watched) -> None:
    async with seated(server, size=(80, 24)) as seat:
        answers: list[str | None] = []
        await seat.until("available")
        for key in ("enter", "escape"):
            await seat.ui.push_screen(ConfirmDialog(ASKED), answers.append)
            await seat.until("It is gone then.")
            await seat.press(key)
            await seat.until_gone("It is gone then.")
        assert answers == [YES, None]
