"""The UI as a whole: six screens from anywhere, and the ways out."""

from __future__ import annotations

import re

import pytest
from rich.segment import Segment
from rich.style import Style

from claudeflare.tui.app import Left
from claudeflare.tui.themes import ANSI
from harness.events import Watched
from harness.terminal_ui import seated


async def test_each_screen_has_a_key(server: Watched) -> None:
    async with seated(server) as seat:
        for key, name in zip(
            "123456", ("overview", "accounts", "requests", "analytics", "logs", "strategy"), strict=True
        ):
            await seat.press(key)
            await seat.until_true(lambda name=name: seat.ui.current_mode == name, name)


async def test_the_state_of_the_accounts_is_on_top(server: Watched) -> None:
    async with seated(server) as seat:
        await seat.until("spare limited: opus")


async def test_q_leaves_at_once(server: Watched) -> None:
    async with seated(server) as seat:
        await seat.press("q")
        await seat.until_true(lambda: seat.ui.return_value is not None, "still there")
    assert seat.ui.return_value is Left.KEEP_SERVER


@pytest.mark.parametrize(("key", "left"), [("k", Left.KEEP_SERVER), ("s", Left.STOP_SERVER)])
async def test_who_started_the_server_is_asked(server: Watched, key: str, left: Left) -> None:
    async with seated(server, asks_about_server=True) as seat:
        await seat.press("q")
        await seat.until("Keep the server running?")
        await seat.press("escape")
        await seat.until_gone("Keep the server running?")
        await seat.press("q")
        await seat.until("Keep the server running?")
        await seat.press(key)
        await seat.until_true(lambda: seat.ui.return_value is not None, "still there")
    assert seat.ui.return_value is left


async def test_control_c_asks_once_and_then_leaves(server: Watched) -> None:
    async with seated(server, asks_about_server=True) as seat:
        await seat.press("ctrl+c")
        await seat.until("Keep the server running?")
        await seat.press("ctrl+c")
        await seat.until_true(lambda: seat.ui.return_value is not None, "still there")
    assert seat.ui.return_value is Left.KEEP_SERVER


async def test_every_key_is_told(server: Watched) -> None:
    async with seated(server, size=(80, 40)) as seat:
        await seat.press("5", "question_mark")
        shown = await seat.until("Everywhere")
        assert re.search(r"space +Pause", shown)
        assert re.search(r"3 +Requests", shown)
        await seat.press("escape")
        await seat.until_gone("Everywhere")


async def test_the_palette_leads_to_screens_and_does_what_keys_do(server: Watched) -> None:
    async with seated(server) as seat:
        await seat.press("ctrl+k")
        await seat.type("logs")
        await seat.until("Screen 5")
        await seat.press("enter")
        await seat.until_true(lambda: seat.ui.current_mode == "logs", "not at the logs")
        await seat.press("ctrl+k")
        await seat.type("pause")
        await seat.until("Key space")
        await seat.press("enter")
        await seat.until("paused")


@pytest.mark.parametrize("name", ["odd [b]name[/b]", "[/]"])
async def test_the_palette_finds_accounts_whatever_their_name(server: Watched, name: str) -> None:
    (account,) = [each for each in server.services.accounts.list() if each.account.name == "spare"]
    server.services.accounts.rename(account.account.id, name)
    async with seated(server) as seat:
        await seat.until(name)
        await seat.press("ctrl+k")
        await seat.type("account")
        await seat.until("limited: opus until")
        await seat.press("enter")
        await seat.until_true(lambda: seat.ui.current_mode == "accounts", "not at the accounts")


async def test_the_palette_finds_requests(server: Watched) -> None:
    async with seated(server) as seat:
        await seat.until_true(lambda: seat.ui.link.state.requests, "no requests")
        await seat.press("ctrl+k")
        await seat.type("req_01")
        await seat.until("Request req_01HZY3")
        await seat.press("enter")
        await seat.until_true(lambda: seat.ui.current_mode == "requests", "not at the requests")


async def test_a_terminal_that_is_too_small_says_so_until_it_is_not(server: Watched) -> None:
    async with seated(server, size=(40, 10)) as seat:
        await seat.until("at least 50 columns")
        await seat.pilot.resize_terminal(80, 24)
        await seat.until("1 Overview")
        assert "at least 50 columns" not in seat.shown


async def test_colors_change_by_key_and_names_are_kept(server: Watched) -> None:
    async with seated(server) as seat:
        for theme in ("claudeflare-light", "claudeflare-ansi", "claudeflare-dark"):
            await seat.press("t")
            await seat.until_true(lambda theme=theme: seat.ui.theme == theme, theme)
            await seat.until("1 Overview")


async def test_an_error_of_its_own_shows_no_variables(server: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    async def fail() -> None:
        secret = "".join(("pla", "nted"))
        raise RuntimeError(f"a fault in our own code, {len(secret)} characters")

    with pytest.raises(RuntimeError, match="a fault"):  # noqa: PT012
        async with seated(server) as seat:
            await seat.until("1 Overview")
            seat.ui.call_next(fail)
            await seat.until_true(lambda: not seat.ui.is_running, "goes on")
    printed = "".join(capsys.readouterr())
    assert "planted" not in printed
    assert "ended over an error of its own" in printed


async def test_without_colors_what_is_chosen_is_inverted(server: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with seated(server, theme=None) as seat:
        await seat.press("t")
        await seat.until("spare")
        styles = [style for line in seat.ui.screen._compositor.render_strips() for _, style, _ in line if style]
        assert seat.ui.theme == ANSI.name
        assert any(style.reverse for style in styles)
        filters = seat.ui.get_line_filters()
        drawn = [Segment("text", style) for style in styles]
        for filter_ in filters:
            drawn = filter_.apply(drawn, seat.ui.screen.background_colors[1])
        assert all(style is not None and not _is_colored(style) for _, style, _ in drawn)


def _is_colored(style: Style) -> bool:
    return any(color is not None and not color.is_default for color in (style.color, style.bgcolor))
