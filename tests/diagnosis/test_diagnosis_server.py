"""What a running server says of itself, and what is concluded from it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from claudeflare import __version__
from claudeflare.diagnosis.case import Answer, Told
from claudeflare.diagnosis.condition import Condition, Workers
from claudeflare.diagnosis.place import Place
from claudeflare.diagnosis.served_settings import check_proxy_setting, served_settings
from claudeflare.diagnosis.server import ask_server, check_server
from claudeflare.errors import SecretError, Unauthorized, Unreachable
from claudeflare.settings import SECRETS, Settings
from diagnosis.conftest import MakeCase
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

PLACE = Place(url="http://127.0.0.1:8080", pid=4711)
HEALTH = Answer({"ready": True, "control": True, "accounts": {"configured": 1}})
CONFIG = Answer({"version": __version__, "settings": []})
CONDITION = Answer(Condition(workers=Workers(2, 2)))


def failed(error: Exception) -> Answer:
    return Answer(failure=str(error), error=error)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "state", "summary", "cure"),
    [
        ({}, "ok", f"Runs at http://127.0.0.1:8080, ready, version {__version__}.", None),
        (
            {"health": failed(Unreachable("No server answers."))},
            "problem",
            "No server answers.",
            "kill 4711; claudeflare serve",
        ),
        (
            {"health": Answer({**HEALTH.value, "ready": False})},
            "problem",
            "http://127.0.0.1:8080 runs, but is not ready: it waits for its control process.",
            "claudeflare logs --level warn",
        ),
        (
            {"config": Answer({"version": "0.0.1", "settings": []})},
            "warning",
            f"The server is of version 0.0.1, this command of version {__version__}.",
            "kill 4711; claudeflare serve",
        ),
        (
            {"condition": Answer(Condition(workers=Workers(3, 1)))},
            "warning",
            "1 of 3 gateway processes speak to control.",
            "claudeflare logs --level warn says why the others do not",
        ),
        (
            {"config": failed(Unauthorized("http://x refused the control token from --token: it is wrong."))},
            "problem",
            "http://x refused the control token from --token.",
            "CLAUDEFLARE_TOKEN=…, with what `claudeflare token` prints on the server's machine",
        ),
        (
            {"config": failed(SecretError("/t can be read by others (mode 0644). Run: chmod 600 /t"))},
            "problem",
            "/t can be read by others (mode 0644).",
            "chmod 600 /t",
        ),
        (
            {"config": failed(Unreachable("It restarts."))},
            "problem",
            "http://127.0.0.1:8080 takes requests, but its control process does not answer: It restarts.",
            "claudeflare logs --level warn; if it stays: kill 4711; claudeflare serve",
        ),
    ],
)
def test_conclusions(told: dict[str, Answer], state: str, summary: str, cure: str | None) -> None:
    [found] = check_server(PLACE, Told(**{"health": HEALTH, "config": CONFIG, "condition": CONDITION, **told}))
    assert (found.state, found.summary, found.cure) == (state, summary, cure)


def test_another_machine_s_server_is_restarted_there() -> None:
    told = Told(health=failed(Unreachable("No server answers.")))
    [found] = check_server(Place(url="http://flare.example", local=False), told)
    assert found.cure == "check --url and CLAUDEFLARE_URL; restart the server on its machine"


@asynccontextmanager
async def answering(answers: dict[str, Any]) -> AsyncIterator[str]:
    """A server with these JSON answers by path, and 503 for all others."""

    async def answer(peer: UpstreamPeer) -> None:
        path = peer.head.split(b" ")[1].decode()
        if path in answers:
            await peer.answer(json.dumps(answers[path]).encode())
        else:
            await peer.answer(b'{"error": "control is restarting"}', b"503 Service Unavailable")

    async with scripted_upstream(repeat(answer)) as upstream:
        yield upstream.url


async def test_each_answer_for_itself(case_on: MakeCase, tmp_path: Path) -> None:
    answers = {"/health": HEALTH.value, "/api/config": CONFIG.value, "/api/diagnosis": {"database": 5}}
    async with answering(answers) as url:
        told = await ask_server(case_on(tmp_path, url=url, token="t" * 40), url)
    assert (told.health, told.config) == (HEALTH, CONFIG)
    assert told.accounts.failure == told.keys.failure == "control is restarting"
    assert told.condition.failure is not None
    assert told.condition.failure.startswith("The server is of another version: it answers otherwise (")


async def test_answers_that_make_no_sense(case_on: MakeCase, tmp_path: Path) -> None:
    async with scripted_upstream(repeat(lambda peer: peer.answer(b"{no json"))) as upstream:
        told = await ask_server(case_on(tmp_path, url=upstream.url, token="t" * 40), upstream.url)
    for answer in (told.health, told.config, told.condition):
        assert (answer.failure or "").startswith("It could not be asked (JSONDecodeError: ")


async def test_something_else_answers(case_on: MakeCase, tmp_path: Path) -> None:
    async with answering({"/health": {"status": "up"}}) as url:
        told = await ask_server(case_on(tmp_path, url=url, token="t" * 40), url)
        assert told.health.failure == f"{url} is not Claudeflare."


async def test_without_a_token(case_on: MakeCase, tmp_path: Path) -> None:
    async with answering({"/health": HEALTH.value}) as url:
        told = await ask_server(case_on(tmp_path, url=url), url)
    assert told.health
    assert isinstance(told.config.error, Unauthorized)


async def test_nobody_there(case_on: MakeCase, tmp_path: Path) -> None:
    told = await ask_server(case_on(tmp_path, url="http://127.0.0.1:1", token="t" * 40), "http://127.0.0.1:1")
    assert isinstance(told.health.error, Unreachable)


def config_of(settings: Settings) -> dict[str, Any]:
    values = msgspec.to_builtins(settings)
    shown = [
        {"name": name, "value": ("set" if value else None) if name in SECRETS else value}
        for name, value in values.items()
    ]
    return {"version": __version__, "settings": [*shown, {"name": "of_tomorrow", "value": 1}]}


def test_the_server_s_own_settings() -> None:
    theirs = Settings(upstream_url="http://sim:1", no_proxy=("a", "b"), port=9, https_proxy="http://secret")
    mine = Settings(https_proxy="http://mine", token="mine")
    assert served_settings(mine, config_of(theirs)) == msgspec.structs.replace(
        theirs, https_proxy="http://mine", token="mine"
    )


def test_a_proxy_of_one_side_only() -> None:
    with_proxy, without = Settings(https_proxy="http://p"), Settings()
    assert (
        check_proxy_setting(without, config_of(without)) == check_proxy_setting(with_proxy, config_of(with_proxy)) == []
    )
    [found] = check_proxy_setting(without, config_of(with_proxy))
    assert found.summary.startswith("HTTPS_PROXY is set for this server and not for this shell")
    [found] = check_proxy_setting(with_proxy, config_of(without))
    assert found.summary.startswith("HTTPS_PROXY is set for this shell and not for this server")
