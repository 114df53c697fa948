"""The running server: what it says of itself, and whether all its parts answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NoReturn

import msgspec

from claudeflare import __version__
from claudeflare.client.client import Client
from claudeflare.client.connection import Target, connect, connect_unauthorized
from claudeflare.diagnosis.case import Answer, Case, Told, unexpected_answer
from claudeflare.diagnosis.condition import Condition
from claudeflare.diagnosis.finding import Finding, of_error, ok, problem, warning
from claudeflare.diagnosis.place import Place
from claudeflare.diagnosis.time_limits import TOLD_SECONDS
from claudeflare.errors import ClaudeflareError, SecretError, SettingsError, Unauthorized
from claudeflare.settings import Settings

LOGS = "claudeflare logs --level warn"


async def ask_server(case: Case, url: str) -> Told:
    """All there is to be told, each part for itself: some may answer while others do not."""

    async def health() -> Any:
        async with connect_unauthorized(url) as client:
            return await client.health()

    first, rest = await asyncio.gather(_answer(health), _answers(case))
    return Told(
        health=first if not first or "accounts" in first.value else Answer(failure=f"{url} is not Claudeflare."),
        config=rest[0],
        accounts=rest[1],
        keys=rest[2],
        condition=rest[3],
        asked_at=case.clock(),
    )


async def _answers(case: Case) -> list[Answer]:
    asked: tuple[Callable[[Client], Awaitable[Any]], ...] = (
        lambda client: client.config(),
        lambda client: client.accounts(),
        lambda client: client.secrets(),
        _condition,
    )
    try:
        async with (
            asyncio.timeout(TOLD_SECONDS + 0.2),
            connect(Target(case.loaded, case.url, case.token, server_only=True), _no_control) as client,
        ):
            return list(await asyncio.gather(*(_answer(partial(ask, client)) for ask in asked)))
    except ClaudeflareError as error:
        return [Answer(failure=str(error), error=error)] * len(asked)
    except TimeoutError:
        return [Answer(failure="It does not answer.")] * len(asked)


async def _condition(client: Client) -> Condition:
    return msgspec.convert(await client.diagnosis(), Condition)


async def _answer(ask: Callable[[], Awaitable[Any]]) -> Answer:
    try:
        async with asyncio.timeout(TOLD_SECONDS):
            return Answer(await ask())
    except TimeoutError:
        return Answer(failure=f"There was no answer in {TOLD_SECONDS:g} s.")
    except ClaudeflareError as error:
        return Answer(failure=str(error), error=error)
    except msgspec.ValidationError as error:
        return Answer(failure=f"The server is of another version: it answers otherwise ({error}).")
    except Exception as error:  # the others' answers are worth as much
        return unexpected_answer(error)


def _no_control(settings: Settings) -> NoReturn:
    raise AssertionError("a server is asked, nothing else")


def check_server(place: Place, told: Told) -> list[Finding]:
    """Runs, is ready, is of our version; control and all gateways answer."""
    assert place.url is not None
    if not told.health:
        return [problem("server", told.health.failure or "It says nothing.", _restart(place))]
    if not told.config:
        return [_control(place, told)]
    found = [] if told.health.value["ready"] else [_not_ready(place)]
    if (theirs := told.config.value["version"]) != __version__:
        summary = f"The server is of version {theirs}, this command of version {__version__}."
        found.append(warning("server", summary, _restart(place)))
    workers = told.condition.value.workers if told.condition else None
    if workers is not None and workers.connected < workers.configured:
        summary = f"{workers.connected} of {workers.configured} gateway processes speak to control."
        found.append(warning("server", summary, f"{LOGS} says why the others do not"))
    return found or [ok("server", f"Runs at {place.url}, ready, version {theirs}.")]


def _not_ready(place: Place) -> Finding:
    return problem("server", f"{place.url} runs, but is not ready: it waits for its control process.", LOGS)


def _control(place: Place, told: Told) -> Finding:
    """Of the gateway's answers it is the one that came."""
    why = told.config.failure or "It says nothing."
    match told.config.error:
        case Unauthorized():
            cure = "CLAUDEFLARE_TOKEN=…, with what `claudeflare token` prints on the server's machine"
            return problem("server", f"{why.partition(': ')[0].rstrip('.')}.", cure)
        case SecretError() | SettingsError():
            return of_error("server", why, "correct it, and try again")
    summary = f"{place.url} takes requests, but its control process does not answer: {why}"
    return problem("server", summary, f"{LOGS}; if it stays: {_restart(place)}")


def _restart(place: Place) -> str:
    if place.pid is None:
        return "check --url and CLAUDEFLARE_URL; restart the server on its machine"
    return f"kill {place.pid}; claudeflare serve"
