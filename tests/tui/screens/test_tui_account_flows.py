"""Adding accounts of every kind, giving them other credentials, and everything that goes wrong on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from claudeflare.tui.account_kinds import KINDS
from claudeflare.tui.dialogs.dialog import Dialog
from harness.events import Watched, watched
from harness.signing_in import allow, sign_in_settings
from harness.simulated_api import api_account, simulated_api, subscription
from harness.terminal_ui import Seat, seated

MODES = [kind.mode for kind in KINDS]


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Watched]:
    """A server without accounts whose sign-ins lead to a simulated API."""
    accounts = [subscription("plan"), api_account("team")]
    async with simulated_api(accounts) as api:
        settings: dict[str, Any] = dict(sign_in_settings(api.url))
        async with watched(tmp_path / "home", **settings) as server:
            yield server


async def begun(seat: Seat, mode: str, name: str) -> None:
    """The first step is filled in, and the next is there."""
    await seat.press("2")
    await seat.until("No account yet")
    await seat.press("a")
    await seat.until("Add account")
    await seat.press(*["down"] * MODES.index(mode), "enter")
    await seat.type(name)
    await seat.press("enter")
    await seat.until_gone("Continue")


def secret(seat: Seat) -> Input:
    """The field that is not shown."""
    return next(field for field in seat.ui.screen.query(Input) if field.password)


def link(seat: Seat) -> str:
    """The address of the page to sign in on."""
    return str(seat.ui.screen.query_one("#link").render())


async def known(server: Watched) -> list[Any]:
    """The accounts as the server has them."""
    found: list[Any] = await server.call("GET", "/api/accounts")
    return found


async def problem(seat: Seat, words: str) -> None:
    """The dialog says it in its place."""
    await seat.until_true(lambda: isinstance(seat.ui.screen, Dialog), "no dialog")
    await seat.until_true(lambda: seat.ui.screen.query_one(".problem").display, "no problem")
    flat = " ".join(seat.shown.replace("│", " ").split())
    assert words in flat, flat


async def test_an_api_key_is_typed_unseen_and_wiped(empty: Watched) -> None:
    async with seated(empty, size=(80, 24)) as seat:
        await begun(seat, "api-key", "work")
        await seat.until("work: API key")
        field = secret(seat)
        await seat.press("enter")
        await problem(seat, "API key is empty.")
        await seat.type("sk-ant-api03-work")
        assert "sk-ant" not in seat.shown.replace("sk-ant-api…", "")
        await seat.press("enter")
        await seat.until("work is added")
        assert field.value == ""
        await seat.until("valid, does not end by itself")
    (account,) = await known(empty)
    assert (account["name"], account["mode"], account["tier"]) == ("work", "api-key", 1)


async def test_the_first_step_wants_a_name_and_a_whole_number(empty: Watched) -> None:
    async with seated(empty, size=(80, 24)) as seat:
        await seat.press("2")
        await seat.until("No account yet")
        await seat.press("a")
        await seat.until("Add account")
        await seat.snapshot("add-account-80x24")
        await seat.press("tab", "enter")
        await problem(seat, "The account needs a name.")
        await seat.type("work")
        await seat.press("tab", "right", "tab", "ctrl+u")
        await seat.type("first")
        await seat.press("enter")
        await problem(seat, "The priority is a whole number")
        await seat.press("ctrl+u")
        await seat.type("3")
        await seat.press("enter")
        await seat.until("work: API key")
        await seat.type("sk-ant-api03-work")
        await seat.press("enter")
        await seat.until("work is added")
    (account,) = await known(empty)
    assert (account["tier"], account["priority"]) == (5, 3)


async def test_back_keeps_what_was_filled_in(empty: Watched) -> None:
    async with seated(empty, size=(80, 24)) as seat:
        await begun(seat, "token", "static")
        await seat.until("static: Bearer token")
        await seat.press("escape")
        await seat.until("Workload identity")
        assert seat.ui.screen.query_one("#name", Input).value == "static"
        await seat.press("enter", "enter")
        await seat.until("static: Bearer token")
        await seat.press("escape")
        await seat.until("Workload identity")
        await seat.press("escape")
        await seat.until("No account yet")
    assert await known(empty) == []


async def test_a_name_that_is_taken_is_said_in_place(empty: Watched) -> None:
    async with seated(empty, size=(80, 24)) as seat:
        await begun(seat, "api-key", "work")
        await seat.until("work: API key")
        await empty.call("POST", "/api/accounts", {"name": "work", "apiKey": "sk-ant-api03-other"})
        await seat.type("sk-ant-api03-work")
        await seat.press("enter")
        await problem(seat, "work")
        await seat.press("escape", "escape")
        await seat.until("valid, does not end by itself")


async def test_terms_come_before_a_subscriptions_token(empty: Watched) -> None:
    async with seated(empty, size=(80, 24)) as seat:
        await begun(seat, "token", "plan")
        await seat.until("plan: Bearer token")
        await seat.type("sk-ant-oat01-plan")
        await seat.press("enter")
        await seat.until("published terms say")
        await seat.snapshot("terms-80x24")
        await seat.press("escape")
        await problem(seat, "The terms were not accepted, and nothing was changed.")
        assert await known(empty) == []
        await seat.pilot.click("#submit")
        await seat.until("published terms say")
        await seat.pilot.click("#submit")
        await seat.until("plan is added")
    assert [account["mode"] for account in await known(empty)] == ["token"]


async def test_signing_in_to_a_plan(empty: Watched) -> None:
    async with seated(empty, size=(80, 24)) as seat:
        await begun(seat, "max", "mine")
        await seat.until("published terms say")
        await seat.pilot.click("#submit")
        await seat.until("Open this page in a browser")
        assert not seat.ui.screen.query_one("#open").display  # there is no browser here
        await seat.pilot.click("#copy")
        assert seat.ui.clipboard == link(seat)
        await seat.press("enter")
        await problem(seat, "The code is empty.")
        await seat.type("wrong#code")
        await seat.press("enter")
        await seat.until_gone("The code is empty.")
        await problem(seat, "code")
        field = seat.ui.screen.query_one("#code", Input)
        field.value = await allow(link(seat), "plan")
        await seat.press("enter")
        await seat.until("mine is added")
        assert field.value == ""
        await seat.until("renewed before")
    (account,) = await known(empty)
    assert (account["name"], account["mode"], account["tokenRenewed"]) == ("mine", "max", True)


async def test_a_sign_in_that_is_over_is_begun_again(empty: Watched) -> None:
    async with seated(empty, size=(80, 24)) as seat:
        await begun(seat, "console", "team")
        await seat.until("Open this page in a browser")
        first = link(seat)
        code = await allow(first, "team")
        empty.services.sign_ins._sessions.clear()  # as a restart does
        seat.ui.screen.query_one("#code", Input).value = code
        await seat.press("enter")
        await seat.until("Start again")
        await seat.pilot.click("#submit")
        await seat.until_true(lambda: link(seat) != first, "the same link")
        seat.ui.screen.query_one("#code", Input).value = await allow(link(seat), "team")
        await seat.press("enter")
        await seat.until("team is added")


async def test_without_a_client_id_it_says_what_to_set(tmp_path: Path) -> None:
    async with watched(tmp_path / "home") as server, seated(server, size=(80, 24)) as seat:
        await begun(seat, "console", "team")
        await seat.until("CLAUDEFLARE_OAUTH_CLIENT_ID")
        await seat.snapshot("sign-in-without-client-80x24")


@pytest.mark.parametrize(("mode", "words"), [("profile", "profile"), ("wif", "assertion")])
async def test_files_that_are_not_there_are_said_in_place(empty: Watched, mode: str, words: str) -> None:
    async with seated(empty, size=(80, 24)) as seat:
        await begun(seat, mode, "files")
        await seat.until("on the server")
        await seat.press("tab") if mode == "profile" else None
        await seat.type("/nowhere/at/all")
        await seat.press("enter")
        await seat.until_true(lambda: seat.ui.screen.query_one(".problem").display, "no problem")
        assert words in seat.shown.lower()
    assert await known(empty) == []


async def test_another_key_for_an_account(server: Watched) -> None:
    async with seated(server, size=(80, 24)) as seat:
        await seat.press("2")
        await seat.until("Set-up")
        await seat.press("l")
        await seat.until("spare: API key")
        await seat.type("sk-ant-api03-another")
        await seat.press("enter")
        await seat.until("spare has its new credential.")


async def test_a_console_account_signs_in_again_or_gets_a_key(empty: Watched) -> None:
    async with seated(empty, size=(80, 24)) as seat:
        await begun(seat, "console", "team")
        await seat.until("Open this page")
        seat.ui.screen.query_one("#code", Input).value = await allow(link(seat), "team")
        await seat.press("enter")
        await seat.until("team is added")
        await seat.press("l")
        await seat.until("Give a key")
        await seat.press("escape")
        await seat.until_gone("Give a key")
        await seat.press("l")
        await seat.until("Give a key")
        await seat.pilot.click("#other")
        await seat.until("A key that you have")
        await seat.type("sk-ant-api03-team")
        await seat.press("enter")
        await seat.until("team has its new credential.")
        await seat.press("l")
        await seat.until("Give a key")
        await seat.pilot.click("#submit")
        await seat.until("Open this page")
        seat.ui.screen.query_one("#code", Input).value = await allow(link(seat), "team")
        await seat.press("enter")
        await seat.until_gone("Open this page")
        await seat.until("team has its new credential.")


async def test_a_server_that_is_gone_is_said_in_place(empty: Watched) -> None:
    async with seated(empty, size=(80, 24)) as seat:
        await begun(seat, "api-key", "work")
        await seat.until("work: API key")
        seat.ui.client._http.base_url = "http://127.0.0.1:1"
        await seat.type("sk-ant-api03-work")
        await seat.press("enter")
        await problem(seat, "No server answers")
