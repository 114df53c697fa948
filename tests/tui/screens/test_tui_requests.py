"""The list of requests: live, narrowed, as long as one scrolls; and how one leads to a detail."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widgets import Input

from claudeflare.tui.dialogs.request_filters import RequestFilterDialog
from claudeflare.tui.screens.requests import RequestsScreen
from claudeflare.tui.widgets.request_bar import RequestBar
from claudeflare.tui.widgets.request_browser import RequestBrowser
from claudeflare.tui.widgets.request_detail import RequestDetail
from claudeflare.tui.widgets.request_list import RequestList
from harness.data_directory import NOW
from harness.events import Watched, watched
from harness.recorded_requests import TALK, a_talk, begin, end, keep, keep_talk, plain
from harness.terminal_ui import Seat, seated

WIDE, NARROW = (160, 48), (80, 24)


def screen(seat: Seat) -> RequestsScreen:
    found = seat.ui.screen
    assert isinstance(found, RequestsScreen)
    return found


def listed(seat: Seat) -> RequestList:
    return screen(seat).query_one(RequestList)


def bar(seat: Seat) -> str:
    return str(screen(seat).query_one(RequestBar).content)


async def at_requests(seat: Seat, text: str = "opus-5") -> None:
    await seat.press("3")
    await seat.until(text)
    await seat.until("● live")


async def test_each_request_is_a_line_newest_first(server: Watched) -> None:
    keep_talk(server)
    keep(server, plain(1, status=529), plain(2, terminal_state="client_closed", status=499))
    async with seated(server, size=NARROW) as seat:
        await at_requests(seat)
        lines = [line.split()[:4] for line in seat.shown.splitlines()[3:8]]
        assert lines == [
            ["Time", "State", "Model", "Account"],
            ["17:39:30", "ok", "opus-5", "spare"],
            ["17:39:00", "ok", "opus-5", "spare"],
            ["17:37:59", "529", "haiku-4-5", "home"],
            ["17:37:58", "left", "haiku-4-5", "home"],
        ]


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_how_it_looks(server: Watched, size: tuple[int, int]) -> None:
    keep_talk(server)
    keep(server, *(plain(number, status=529 if number % 5 == 3 else 200) for number in range(60)))
    async with seated(server, size=size) as seat:
        await at_requests(seat)
        begin(server, "req_runs")
        await seat.until("1 running")
        await seat.snapshot(f"requests-list-{size[0]}")


async def test_new_requests_enter_at_the_top(server: Watched) -> None:
    async with seated(server) as seat:
        await at_requests(seat)
        end(server, a_talk("req_new", NOW - 5))
        await seat.until("17:39:55")
        assert listed(seat).cursor == 0


async def test_what_runs_is_named_until_it_has_ended(server: Watched) -> None:
    async with seated(server) as seat:
        await at_requests(seat)
        begin(server, "req_runs")
        for number in range(3):
            begin(server, f"req_also_{number}", model="claude-haiku-4-5")
        await seat.until_true(lambda: "4 running: haiku-4-5 12 s," in bar(seat), "not named")
        assert ", …" in bar(seat)
        end(server, a_talk("req_runs", NOW - 12), *(a_talk(f"req_also_{number}", NOW - 12) for number in range(3)))
        await seat.until_true(lambda: "running" not in bar(seat), "still there")


async def test_while_one_reads_further_down_nothing_jumps(server: Watched) -> None:
    keep(server, *(plain(number) for number in range(80)))
    async with seated(server, size=NARROW) as seat:
        await at_requests(seat)
        await seat.press("j", "j", "down", "pagedown")
        before, chosen = seat.shown.splitlines()[4:23], listed(seat).chosen
        end(server, a_talk("req_new1", NOW - 5), a_talk("req_new2", NOW - 4))
        await seat.until("2 new ↑")
        assert seat.shown.splitlines()[4:23] == before
        assert listed(seat).chosen == chosen
        await seat.press("g")
        await seat.until_gone("new ↑")
        assert seat.shown.splitlines()[4].startswith("17:39:56")


async def test_words_about_new_ones_can_be_clicked(server: Watched) -> None:
    async with seated(server) as seat:
        await at_requests(seat)
        await seat.press("j")
        keep(server, plain(1))
        await seat.press("f")
        end(server, a_talk("req_new", NOW - 5))
        await seat.until("1 new ↑")
        await seat.pilot.click(RequestBar, offset=(117, 0))
        await seat.until("17:39:55")


async def test_following_can_be_held(server: Watched) -> None:
    async with seated(server) as seat:
        await at_requests(seat)
        await seat.press("f")
        await seat.until("held (f: follow)")
        end(server, a_talk("req_new", NOW - 5))
        await seat.until("1 new ↑")
        await seat.press("up")
        await seat.until("17:39:55")
        end(server, a_talk("req_newer", NOW - 3))
        await seat.until("1 new ↑")
        await seat.press("f")
        await seat.until("17:39:57")
        await seat.until("● live")


async def test_more_than_are_kept_while_one_is_away_are_read_anew(server: Watched) -> None:
    async with seated(server) as seat:
        await at_requests(seat)
        await seat.press("f")
        end(server, *(plain(-number) for number in range(250)))
        await seat.until("250 new ↑")
        await seat.press("home")
        await seat.until("17:42:09")
        assert len(screen(seat).query_one(RequestBrowser).rows.window) == 100


async def test_older_pages_come_as_one_scrolls_and_far_ones_are_let_go(server: Watched) -> None:
    keep(server, *(plain(number) for number in range(2000)))
    async with seated(server, size=NARROW) as seat:
        await at_requests(seat)
        rows = screen(seat).query_one(RequestBrowser).rows
        while rows.window.following is not None:
            await seat.press("end")
        await seat.press("end")
        await seat.until_true(lambda: listed(seat).chosen is not None, "nothing chosen")
        assert len(rows.window) == 2001
        assert sum(page.rows is not None for page in rows.window.pages) < 10
        await seat.press("home")
        await seat.until("17:39:00")
        await seat.until_true(lambda: rows.window.at(0) is not None, "not fetched again")


async def test_the_list_is_narrowed(server: Watched) -> None:
    keep(server, plain(1, status=529), plain(2))
    async with seated(server) as seat:
        await at_requests(seat)
        await seat.press("slash")
        await seat.until("Only requests that match")
        await seat.press("down")
        await seat.type("home")
        await seat.press("enter")
        await seat.until_gone("opus-5")
        await seat.until("Only account home  (x: all)")
        await seat.press("slash")
        await seat.until("Only requests that match")
        await seat.press("tab", "tab", "tab", "tab")
        await seat.type("52")
        await seat.press("right", "enter")
        await seat.until("status 529")
        await seat.until_gone("17:37:58")
        end(server, plain(-1), plain(-2, status=529))
        await seat.until("17:38:02")
        assert "17:38:01" not in seat.shown
        await seat.press("x")
        await seat.until("All requests, newest first")
        await seat.until("opus-5")


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_how_the_filters_look(server: Watched, size: tuple[int, int]) -> None:
    async with seated(server, size=size) as seat:
        await at_requests(seat)
        await seat.press("slash")
        await seat.until("Only requests that match")
        await seat.snapshot(f"requests-filters-{size[0]}")


async def test_filters_are_cleared_or_left_as_they_are(server: Watched) -> None:
    async with seated(server) as seat:
        await at_requests(seat)
        for key in ("escape", "enter"):
            await seat.press("slash")
            await seat.until("Only requests that match")
            await seat.type("zz")
            if key == "enter":
                await seat.press("ctrl+x")
                assert {field.value for field in seat.ui.screen.query(Input)} == {""}
            await seat.press(key)
            await seat.until_true(lambda: not isinstance(seat.ui.screen, RequestFilterDialog), "still there")
            await seat.until("All requests, newest first")
        await seat.press("slash")
        await seat.until("Only requests that match")
        await seat.pilot.click("#clear")
        await seat.pilot.click("#back")
        await seat.until("All requests, newest first")


async def test_an_empty_list_says_why(server: Watched) -> None:
    async with seated(server) as seat:
        await at_requests(seat)
        await seat.press("slash")
        await seat.until("Only requests that match")
        await seat.type("zz")
        await seat.press("enter")
        await seat.until("No request is like that. Press / to change the filter, x to show all.")
        await seat.snapshot("requests-none-match")
        await seat.press("slash")
        await seat.until("Only requests that match")
        await seat.press("ctrl+x", "tab", "tab", "tab", "tab")
        await seat.type("wrong")
        await seat.press("enter")
        await seat.until("There is no status 'wrong'.")
        await seat.press("x")
        await seat.until("opus-5")


async def test_before_the_first_request_it_says_how_to_send_one(tmp_path: Path) -> None:
    async with watched(tmp_path / "home") as server, seated(server) as seat:
        await seat.press("3")
        await seat.until(f"ANTHROPIC_BASE_URL={server.url} claude")
        end(server, plain(1))
        await seat.until("haiku-4-5")


async def test_what_ended_while_another_screen_was_in_front_is_there(server: Watched) -> None:
    async with seated(server) as seat:
        await at_requests(seat)
        await seat.press("5")
        await seat.until_true(lambda: seat.ui.current_mode == "logs", "not there")
        end(server, a_talk("req_new", NOW - 5))
        await seat.press("3")
        await seat.until("17:39:55")


async def test_a_lost_connection_is_found_again(server: Watched) -> None:
    async with seated(server) as seat:
        await at_requests(seat)
        server.control.live.end_streams()
        end(server, a_talk("req_new", NOW - 5))
        await seat.until("17:39:55")


async def test_a_server_that_is_away_is_told_in_the_list(server: Watched) -> None:
    async with seated(server) as seat:
        seat.ui.client._http.base_url = "http://127.0.0.1:1"  # nobody listens there
        await seat.press("3")
        await seat.until("broke off")
        seat.ui.client._http.base_url = server.url
        await seat.until("opus-5")


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_detail_opens_beside_the_list_or_in_its_place(server: Watched, size: tuple[int, int]) -> None:
    keep_talk(server)
    async with seated(server, size=size) as seat:
        await at_requests(seat)
        await seat.press("enter")
        await seat.until("Account work → spare")
        assert listed(seat).display
        assert ("17:39:00" in seat.shown) is (size == WIDE)
        await seat.press("escape")
        await seat.until_gone("Account work → spare")
        await seat.until("17:39:00")
        assert listed(seat).has_focus


async def test_keys_lead_from_request_to_request(server: Watched) -> None:
    keep(server, plain(1), plain(2))
    async with seated(server, size=WIDE) as seat:
        await at_requests(seat)
        detail = screen(seat).query_one(RequestDetail)
        await seat.press("enter")
        await seat.until("Model claude-opus-5")
        for key, line in (("n", 1), ("n", 2), ("n", 2), ("p", 1), ("j", 2), ("k", 1)):
            await seat.press(key)
            assert listed(seat).cursor == line, key
        await seat.until_true(lambda: detail.record and detail.record.id == "req_000001", "another is open")
        end(server, a_talk("req_new", NOW - 5))
        await seat.until("1 new ↑")
        assert listed(seat).cursor == 1


async def test_a_click_opens_a_request(server: Watched) -> None:
    keep(server, plain(1))
    async with seated(server, size=WIDE) as seat:
        await at_requests(seat)
        await seat.pilot.click(RequestList, offset=(4, 2))
        await seat.until("Model claude-haiku-4-5")
        assert listed(seat).cursor == 1
        await seat.pilot.click(RequestList, offset=(4, 30))
        await seat.pilot.click(RequestList, offset=(4, 0))
        assert listed(seat).cursor == 1


async def test_another_screen_leads_to_a_request_that_the_list_may_not_have(server: Watched) -> None:
    keep_talk(server)
    keep(server, *(plain(number) for number in range(300)))
    async with seated(server, size=WIDE) as seat:
        await seat.until("spare")
        seat.ui.open_request("req_000250")
        await seat.until("Model claude-haiku-4-5")
        await at_requests(seat)
        seat.ui.open_request(TALK)
        await seat.until("Session 7d1f0a3c")
        chosen = listed(seat).chosen
        assert chosen is not None
        assert chosen["id"] == TALK
        seat.ui.open_request("req_gone")
        await seat.until("There is no request 'req_gone' on record.")
        await seat.snapshot("requests-unknown")


async def test_a_terminal_may_change_its_size_at_any_time(server: Watched) -> None:
    keep_talk(server)
    async with seated(server, size=WIDE) as seat:
        await at_requests(seat)
        await seat.press("enter")
        await seat.until("Account work → spare")
        for width, height in ((80, 24), (40, 10), (300, 100), (119, 30)):
            await seat.pilot.resize_terminal(width, height)
            await seat.pilot.pause()
        await seat.until("Account work → spare")
        assert "17:39:00" not in seat.shown


async def test_many_moves_at_once_end_at_the_last(server: Watched) -> None:
    keep(server, *(plain(number) for number in range(30)))
    async with seated(server, size=WIDE) as seat:
        await at_requests(seat)
        await seat.press("enter")
        await seat.press(*["j"] * 8)
        detail = screen(seat).query_one(RequestDetail)
        await seat.until_true(lambda: detail.record and detail.record.id == "req_000007", "another")
        await asyncio.sleep(0)
        assert detail.request_id == "req_000007"
