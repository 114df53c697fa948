"""One request in detail: every tab, and what each says when there is nothing to show."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import TabbedContent

from claudeflare.tui.widgets.conversation_blocks import BLOCKS, CLIP, MOST
from claudeflare.tui.widgets.fold import FoldTitle
from claudeflare.tui.widgets.record_view import RecordView
from claudeflare.tui.widgets.request_conversation import MANY, ConversationView
from claudeflare.tui.widgets.request_detail import TABS, RequestDetail
from claudeflare.tui.widgets.request_figures import CostView
from claudeflare.tui.widgets.request_raw import RawView, SideBar
from claudeflare.tui.widgets.request_timing import TimingView
from claudeflare.tui.widgets.text_lines import TextLines
from harness.data_directory import NOW
from harness.events import Watched, watched
from harness.recorded_requests import (
    ASKED,
    MODEL,
    TALK,
    a_talk,
    answer_events,
    end,
    keep,
    keep_bodies,
    keep_talk,
    plain,
)
from harness.terminal_ui import Seat, seated

WIDE, NARROW = (160, 48), (80, 24)
JSON = "application/json"


async def opened(seat: Seat, tab: str = "conversation", request_id: str = TALK) -> RequestDetail:
    await seat.until_true(lambda: seat.ui.link.state.fetched, "nothing known")
    seat.ui.open_request(request_id)
    await seat.until_true(
        lambda: seat.ui.current_mode == "requests" and seat.ui.screen.query(RequestDetail), "not there"
    )
    detail = seat.ui.screen.query_one(RequestDetail)
    await seat.until_true(lambda: detail.record is not None, "not read")
    for _ in range(TABS.index(tab)):
        await seat.press("right")
    await seat.until_true(lambda: detail.tab == tab, f"not at {tab}")
    return detail


def asked(*messages: dict[str, Any]) -> bytes:
    return json.dumps({"model": MODEL, "messages": list(messages)}).encode()


def answered(*content: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"type": "message", "content": list(content), "stop_reason": "end_turn"} | more).encode()


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_how_every_tab_looks(server: Watched, size: tuple[int, int]) -> None:
    keep_talk(server)
    words = ("Thinking", "Of 4.2 s in all", "most headroom", "Saved by the cache", '"max_tokens"')
    async with seated(server, size=size) as seat:
        detail = await opened(seat)
        for tab, shown in zip(TABS, words, strict=True):
            await seat.until(shown)
            assert detail.tab == tab
            await seat.snapshot(f"request-{tab}-{size[0]}")
            await seat.press("right")
        await seat.until("System prompt")
        await seat.press("left")
        await seat.until_true(lambda: detail.tab == "raw", "not back")


# -- conversation ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_what_is_folded_opens(server: Watched, size: tuple[int, int]) -> None:
    keep_talk(server)
    async with seated(server, size=size) as seat:
        detail = await opened(seat)
        await seat.until("System prompt  429 characters")
        await seat.press("o")
        await seat.until("Be brief. Be brief.")
        await seat.snapshot(f"request-unfolded-{size[0]}")
        detail.focus_text()
        await seat.press("G")
        await seat.until("nobody retries")
        await seat.until("renew(before=60)")
        await seat.press("G")
        await seat.until('"path": "auth.py"')
        await seat.until("it comes with the next one.")
        await seat.press("o", "g")
        await seat.until_gone("Be brief. Be brief.")


async def test_results_stand_with_their_calls_and_pictures_are_notes(server: Watched) -> None:
    keep_talk(server)
    async with seated(server, size=WIDE) as seat:
        await opened(seat)
        await seat.until("✓ done")
        fold = next(each for each in seat.ui.screen.query(FoldTitle) if "tail -n" in str(each.content))
        fold.focus()
        await seat.press("enter")
        await seat.until("12:00:01 token expired")
        await seat.until("Image, image/png, 900 B")
        await seat.pilot.click(fold)
        await seat.until_gone("12:00:01 token expired")


async def test_of_a_long_conversation_this_turn_comes_first(server: Watched) -> None:
    turns = [{"role": ("user", "assistant")[number % 2], "content": f"Word {number}."} for number in range(MANY + 9)]
    keep(server, a_talk())
    keep_bodies(server, TALK, asked(*turns), answer_events())
    async with seated(server, size=WIDE) as seat:
        await opened(seat)
        await seat.until("▸ 20 earlier messages not shown (e: show)")
        assert "Word 0." not in seat.shown
        await seat.press("e")
        await seat.until("Word 0.")
        await seat.until_true(lambda: len(seat.ui.screen.query(".message")) == MANY + 10, "not all")
        assert not seat.ui.screen.query_one(ConversationView).hides


async def test_earlier_turns_come_by_a_click_as_well(server: Watched) -> None:
    turns = [{"role": ("user", "assistant")[number % 2], "content": f"Word {number}."} for number in range(MANY + 9)]
    keep(server, a_talk())
    keep_bodies(server, TALK, asked(*turns), None)
    async with seated(server, size=WIDE) as seat:
        await opened(seat)
        await seat.until("No answer is on record.")
        await seat.pilot.click(".earlier")
        await seat.until("Word 0.")


async def test_blocks_of_every_kind_are_shown(server: Watched) -> None:
    content = [
        {"type": "text", "text": "Look.", "citations": [{"title": "A page", "url": "https://example.com"}]},
        {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
        {"type": "document", "title": "Notes", "source": {"type": "text", "data": "Noted."}},
        {"type": "document", "title": "Paper", "source": {"type": "file", "file_id": "file_1"}},
        {"type": "tool_result", "tool_use_id": "gone", "is_error": True, "content": []},
        {"type": "hologram", "depth": 3},
        {"type": "redacted_thinking", "data": "x"},
    ]
    keep(server, a_talk())
    call = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": "raw words"}
    failed = {"type": "web_search_tool_result", "tool_use_id": "s", "content": {"type": "web_search_error"}}
    answer = answered(call, failed)
    keep_bodies(server, TALK, asked({"role": "user", "content": content}), answer, JSON)
    async with seated(server, size=WIDE) as seat:
        await opened(seat)
        await seat.until("web_search  ✗ failed  by the API  raw words")
        await seat.press("o")
        for words in (
            "Sources: A page https://example.com",
            "Image, image, https://example.com/a.png",
            "Noted.",
            "file_1",
            "Result of an earlier call  failed",
            "Empty",
            '"depth": 3',
            "Thinking, not shown by the API",
            "raw words",
        ):
            await seat.until(words)


async def test_long_texts_are_folded(server: Watched) -> None:
    keep(server, a_talk())
    text = "word " * (MOST // 5 + 2000)
    keep_bodies(server, TALK, asked({"role": "user", "content": text}), None)
    async with seated(server, size=WIDE) as seat:
        detail = await opened(seat)
        await seat.until("word word")
        detail.focus_text()
        await seat.press("G")
        await seat.until("Raw has the other 10.0 k characters.")
        fold = seat.ui.screen.query_one(FoldTitle)
        assert str(fold.content) == f"▸ {(len(text) - CLIP) // 1000} k more characters"
        fold.focus()
        await seat.press("enter")
        await seat.until_true(lambda: len(seat.ui.screen.query(".plain")) > 30, "not there")


async def test_of_very_many_blocks_the_first_are_shown(server: Watched) -> None:
    texts = [{"type": "text", "text": f"Word {number}."} for number in range(BLOCKS + 2)]
    result = {"type": "tool_result", "tool_use_id": "gone", "content": texts}
    keep(server, a_talk())
    keep_bodies(server, TALK, asked({"role": "user", "content": [result, *texts]}), None)
    async with seated(server, size=(120, 100)) as seat:
        await opened(seat)
        await seat.until("▸ 3 more blocks")
        result_title, more = list(seat.ui.screen.query(FoldTitle))
        more.focus()
        await seat.press("enter")
        await seat.until(f"Word {BLOCKS + 1}.")
        await seat.press("enter")
        result_title.focus()
        await seat.press("enter")
        await seat.until("▸ 2 more blocks")


async def test_no_text_from_outside_is_obeyed(server: Watched) -> None:
    hostile = "\x1b]0;owned\x07[red]bold[/red] [link=https://example.com]x[/] <b>tag</b>"
    keep(server, a_talk())
    tool = {"type": "tool_use", "id": "t", "name": hostile, "input": {hostile: hostile}}
    keep_bodies(
        server,
        TALK,
        asked({"role": hostile, "content": hostile}),
        answered({"type": "text", "text": hostile}, tool),
        JSON,
    )
    async with seated(server, size=WIDE) as seat:
        detail = await opened(seat)
        await seat.until("[red]bold[/red]")
        await seat.until("<b>tag</b>")
        await seat.press("o")
        for _ in TABS:
            await seat.press("right")
            assert "\x1b" not in seat.shown
        assert detail.tab == "conversation"


async def test_what_is_cut_off_or_failed_says_so(server: Watched) -> None:
    keep(server, a_talk("req_cut", NOW - 20), a_talk("req_error", NOW - 21))
    body = json.dumps(ASKED).encode()
    keep_bodies(server, "req_cut", body[:-30], answer_events()[:600], size=10_000_000)
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Try later."}}
    keep_bodies(server, "req_error", body, json.dumps(error).encode(), JSON)
    async with seated(server, size=WIDE) as seat:
        await opened(seat, request_id="req_cut")
        await seat.until("✂ cut off  The recording stops here")
        await seat.press("right", "right", "right", "right")
        await seat.until("10.0 MB, the first")
        await seat.press("right")
        seat.ui.open_request("req_error")
        await seat.until("✗ overloaded error: Try later.")


async def test_no_bodies_on_record(server: Watched) -> None:
    keep(server, plain(1))
    async with seated(server, size=WIDE) as seat:
        await opened(seat, request_id="req_000001")
        await seat.until("Neither body of this request is on record")
        await seat.until("Timing, decision and cost are on record")
        await seat.snapshot("request-no-bodies")
        await seat.press("right", "right")
        await seat.until("No account was asked for.")
        await seat.press("right")
        await seat.until("The cost is unknown")
        await seat.press("right")
        await seat.until("The record of the request is the third side (s).")
        await seat.press("s", "s")
        await seat.until('"id": "req_000001"')


async def test_payloads_that_are_off_or_too_old(tmp_path: Path) -> None:
    async with watched(tmp_path / "home", payloads="off") as server, seated(server, size=WIDE) as seat:
        keep(server, plain(1), plain(2, started_at=NOW - 30 * 86_400))
        await opened(seat, request_id="req_000001")
        await seat.until("payloads are not recorded (CLAUDEFLARE_PAYLOADS is off)")
        seat.ui.open_request("req_000002")
        await seat.until("it is older than")


async def test_what_is_no_conversation(server: Watched) -> None:
    keep(server, plain(1, method="GET", path="/v1/models"))
    keep_bodies(server, "req_000001", b"", b'{"data": []}', JSON)
    async with seated(server, size=WIDE) as seat:
        await opened(seat, request_id="req_000001")
        await seat.until("GET /v1/models is no conversation. Raw shows what was said.")
        await seat.press("left")
        await seat.until("The body is empty.")


# -- raw ---------------------------------------------------------------------------------------------------------------


async def test_each_side_is_shown_as_it_is(server: Watched) -> None:
    keep(server, a_talk())
    keep_bodies(server, TALK, json.dumps(ASKED).encode(), b"\xff\xfe\x00", "application/octet-stream")
    async with seated(server, size=WIDE) as seat:
        detail = await opened(seat, "raw")
        await seat.until('"max_tokens": 4096')
        await seat.press("s")
        await seat.until("This body is no text.")
        await seat.pilot.click(SideBar, offset=(30, 0))
        await seat.until('"terminalState": "complete"')
        await seat.pilot.click(SideBar, offset=(2, 0))
        await seat.until('"max_tokens": 4096')
        detail.focus_text()
        await seat.press("pagedown", "j", "k", "end")
        await seat.until_true(lambda: seat.ui.screen.query_one(TextLines).scroll_y > 0, "not moved")


async def test_a_compressed_answer_and_a_missing_one(server: Watched) -> None:
    keep(server, a_talk(), plain(1))
    body = gzip.compress(answered({"type": "text", "text": "Unpacked."}))
    keep_bodies(server, TALK, asked(), None)
    keep_bodies(server, TALK, None, body, JSON, content_encoding="gzip")
    keep_bodies(server, "req_000001", asked(), None)
    async with seated(server, size=WIDE) as seat:
        await opened(seat)
        await seat.until("Unpacked.")
        await seat.press("left", "s")
        await seat.until("B as gzip")
        seat.ui.open_request("req_000001")
        await seat.until("No answer is on record: there was none")


async def test_a_body_of_megabytes_is_read_at_any_place(server: Watched) -> None:
    keep(server, a_talk())
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 2_000_000}}
    texts = [{"type": "text", "text": f"{number} " + "x" * 90} for number in range(30_000)]
    keep_bodies(server, TALK, asked({"role": "user", "content": [image, *texts]}), None)
    async with seated(server, size=WIDE) as seat:
        detail = await opened(seat, "raw")
        await seat.until("AAAAAAAA")
        detail.focus_text()
        await seat.press("end")
        await seat.until("29999 xxx")
        await seat.pilot.resize_terminal(80, 24)
        await seat.press("home")
        await seat.until('"messages": [')


async def test_a_body_is_saved_as_it_was_sent(server: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_talk(server)
    keep(server, plain(1))
    monkeypatch.chdir(tmp_path)
    async with seated(server, size=WIDE) as seat:
        await opened(seat, "raw")
        await seat.press("w")
        await seat.until("Saved the request,")
        file = tmp_path / f"{TALK}-request"
        assert json.loads(file.read_bytes()) == ASKED
        assert file.stat().st_mode & 0o777 == 0o600
        await seat.press("w")
        await seat.until("The request could not be saved")
        await seat.press("s", "w")
        await seat.until("Saved the response,")
        assert (tmp_path / f"{TALK}-response").read_bytes() == answer_events()
        seat.ui.open_request("req_000001")
        await seat.until("The record of the request")
        await seat.press("w")
        await seat.until("That did not work")


async def test_the_id_is_copied(server: Watched) -> None:
    keep_talk(server)
    async with seated(server, size=WIDE) as seat:
        await opened(seat)
        await seat.press("y")
        await seat.until(f"Copied: {TALK}")
        assert seat.ui.clipboard == TALK


# -- what may come in between ------------------------------------------------------------------------------------------


async def test_a_server_that_is_away_is_told_and_asked_again(server: Watched) -> None:
    keep_talk(server)
    async with seated(server, size=WIDE) as seat:
        detail = await opened(seat)
        await seat.until("System prompt")
        seat.ui.client._http.base_url = "http://127.0.0.1:1"  # nobody listens there
        await seat.press("right", "right")
        await seat.until("No server answers at")
        seat.ui.client._http.base_url = server.url
        await seat.press("left", "right")
        await seat.until("most headroom")
        seat.ui.client._http.base_url = "http://127.0.0.1:1"
        detail.open("req_other")
        await seat.until("No server answers at")
        seat.ui.client._http.base_url = server.url
        detail.open("req_other")
        await seat.until("There is no request 'req_other' on record.")


async def test_a_failure_is_in_the_strip_and_what_the_api_said_where_no_body_is(server: Watched) -> None:
    attempt = a_talk().finished.attempts[0]
    keep(
        server,
        plain(
            1,
            status=429,
            error_message="All accounts are limited until 18:00.",
            attempts=[
                type(attempt)(account_id="a", account="work", status=429, outcome="rate_limited", error_body=b"{no}")
            ],
        ),
    )
    async with seated(server, size=NARROW) as seat:
        await opened(seat, request_id="req_000001")
        await seat.until("All accounts are limited until 18:00.")
        await seat.until("What the API answered:")
        await seat.until("{no}")


async def test_the_waterfall_takes_the_room_there_is(server: Watched) -> None:
    keep_talk(server)
    async with seated(server, size=WIDE) as seat:
        await opened(seat, "timing")
        await seat.until("spare")
        lengths = []
        for width in (160, 100, 80):
            await seat.pilot.resize_terminal(width, 30)
            await seat.pilot.pause()
            await seat.until("█")
            lengths.append(max(line.count("█") for line in seat.shown.splitlines()))
        assert len(set(lengths)) == len(lengths)


async def test_each_tab_asks_once_and_only_when_it_is_looked_at(server: Watched) -> None:
    keep_talk(server)
    async with seated(server, size=WIDE) as seat:
        detail = await opened(seat)
        assert detail.query_one(CostView).record is None
        await seat.press("right")
        view = detail.query_one(TimingView)
        await seat.until_true(lambda: view.record is detail.record, "not filled")
        children = list(view.children)
        await seat.press("right", "left")
        assert list(view.children) == children
        detail.query_one(TabbedContent).active = "raw"
        await seat.until_true(lambda: detail.query_one(RawView).record is detail.record, "not filled")
        assert isinstance(view, RecordView)


async def test_a_request_that_ends_while_another_is_open_changes_nothing(server: Watched) -> None:
    keep_talk(server)
    async with seated(server, size=WIDE) as seat:
        detail = await opened(seat)
        before = detail.record
        end(server, a_talk("req_new", NOW - 5))
        await seat.until("1 new ↑")
        assert detail.record is before


async def test_bodies_that_come_a_moment_after_the_request_are_waited_for(server: Watched) -> None:
    keep(server, a_talk("req_fresh", at=NOW - 6))
    async with seated(server) as seat:
        await seat.until_true(lambda: seat.ui.link.state.fetched, "not connected")
        seat.ui.open_request("req_fresh")
        await seat.until("POST /v1/messages")
        question, answer = asked({"role": "user", "content": "Fresh question"}), answered()
        keep_bodies(server, "req_fresh", question, answer, kind="application/json")
        await seat.until("Fresh question")
