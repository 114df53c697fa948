"""Everything that is looked at, at the same time where that can be, and what became of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Final, get_args
from urllib.parse import urlsplit

from claudeflare.diagnosis.accounts import check_accounts
from claudeflare.diagnosis.case import Case, Told
from claudeflare.diagnosis.claude_code import claude_code_settings
from claudeflare.diagnosis.clients import check_clients
from claudeflare.diagnosis.clock import Reading, check_clock
from claudeflare.diagnosis.database import check_database
from claudeflare.diagnosis.detached import detached
from claudeflare.diagnosis.disk import check_disks
from claudeflare.diagnosis.finding import Check, Finding, skipped, warning
from claudeflare.diagnosis.journal import check_journal
from claudeflare.diagnosis.keys import check_keys
from claudeflare.diagnosis.permissions import check_permissions
from claudeflare.diagnosis.place import Place, meant_place
from claudeflare.diagnosis.port import check_port
from claudeflare.diagnosis.served_settings import check_proxy_setting, served_settings
from claudeflare.diagnosis.server import ask_server, check_server
from claudeflare.diagnosis.time_limits import CHECK_SECONDS
from claudeflare.diagnosis.upstream import Looked, look_at_upstream
from claudeflare.errors import ClaudeflareError
from claudeflare.formatting import epoch

ORDER: Final = {check: place for place, check in enumerate(get_args(Check))}

Progress = Callable[[str], None]
"""Told what is looked at."""


async def examine(case: Case, progress: Progress = lambda _what: None) -> list[Finding]:
    """All findings, in the order of their checks."""
    progress("Looking for the server")
    async with meant_place(case) as place:
        progress("Asking the server" if place.url else "Looking into the data directory")
        told, beside = await asyncio.gather(_told(case, place), asyncio.gather(*_beside(case, place)))
        if told.config:
            case = replace(case, settings=served_settings(case.settings, told.config.value))
        found = [*place.findings, *(finding for each in beside for finding in each)]
        found += [finding for check, look in _of_told(case, place, told) for finding in _guarded(check, look)]
        progress("Looking at the upstreams")
        looked = await _upstreams(case, _base_urls(case, told)) if place.local else []
    found += [each.finding for each in looked]
    found += check_clock([*_server_clock(place, told), *(each.reading for each in looked if each.reading is not None)])
    return sorted(found, key=lambda finding: ORDER[finding.check])


async def _told(case: Case, place: Place) -> Told:
    if place.url is not None:
        return await ask_server(case, place.url)
    if not place.open:
        return Told()
    # The whole of control: beside a server, to ask, it is not needed.
    from claudeflare.diagnosis.stored import look_into

    return await look_into(case)


def _beside(case: Case, place: Place) -> list[Awaitable[list[Finding]]]:
    """What needs nobody's answer."""
    settings, home = case.settings, case.home
    if not place.local:
        return []
    looks: list[Awaitable[list[Finding]]] = []
    if home.directory.exists():
        looks.append(waited_for("files", detached(lambda: check_permissions(case.loaded, home, os.getuid()))))
    if place.open or not home.directory.exists():  # else it is taken, by a server that runs, starts or stops
        looks.append(waited_for("port", check_port(settings)))
    return looks


def _of_told(case: Case, place: Place, told: Told) -> Iterable[tuple[Check, Callable[[], list[Finding]]]]:
    """What is concluded from what was told."""
    settings = case.settings
    if place.url is not None:
        yield "server", lambda: check_server(place, told)
    if place.local and told.config:
        yield "upstream", lambda: check_proxy_setting(settings, told.config.value)
    if not place.local:
        yield "upstream", lambda: [skipped("upstream", "The way to the upstreams", "it begins on the server's machine")]
    yield (
        "clients",
        lambda: check_clients(case.environ, claude_code_settings(case.environ), *_leading_here(case, place)),
    )
    fresh = place.local and place.url is None and not case.home.directory.exists()
    if fresh:
        yield "database", lambda: [skipped("database", "Database, accounts and journal", "there is nothing yet")]
        return
    if place.url is not None and not told.config:
        rest = "Accounts, keys, database, journal and disk"
        yield "accounts", lambda: [skipped("accounts", rest, "the server does not tell, see above")]
        return
    yield "accounts", lambda: check_accounts(told.accounts, case.clock(), case.zone)
    yield "keys", lambda: check_keys(told.keys, served=place.url is not None)
    if told.condition:
        condition = told.condition.value
        served = place.url is not None
        yield "database", lambda: check_database(condition.database, served=served)
        yield "journal", lambda: check_journal(condition.records, condition.payloads, served=served)
        yield "disk", lambda: check_disks(condition.disks, settings)
    else:
        why = told.condition.failure or "the data directory could not be opened"
        yield "database", lambda: [skipped("database", "Database, journal and disk", why)]


def _leading_here(case: Case, place: Place) -> tuple[str | None, frozenset[str]]:
    """The URL clients should have, and host names that lead to the same server."""
    settings = case.settings
    public = urlsplit(settings.public_url).hostname
    hosts = frozenset({*settings.allowed_hosts, *([public] if public else [])})
    if place.url is not None:
        return place.url, hosts
    return (f"http://{settings.host}:{settings.port}" if settings.port else None), hosts


async def _upstreams(case: Case, urls: list[str]) -> list[Looked]:
    async def look(url: str) -> list[Looked]:
        try:
            return [await look_at_upstream(url, case.settings, case.clock, CHECK_SECONDS)]
        except Exception as error:
            return [Looked(_unexpected("upstream", error))]

    return [looked for each in await asyncio.gather(*map(look, urls)) for looked in each]


def _base_urls(case: Case, told: Told) -> list[str]:
    """Where requests go: the server's own upstream, and those of accounts that have another."""
    accounts = [account for account in told.accounts.value or [] if not account["paused"]]
    others = {account["baseUrl"] or case.settings.upstream_url for account in accounts}
    return sorted(others or {case.settings.upstream_url})


def _server_clock(place: Place, told: Told) -> list[Reading]:
    """Of interest where it is another machine's."""
    if place.local or not told.condition or (theirs := epoch(told.condition.value.now)) is None:
        return []
    return [Reading(f"the server {place.url}", theirs, told.asked_at)]


async def waited_for(check: Check, look: Awaitable[list[Finding]], seconds: float = CHECK_SECONDS) -> list[Finding]:
    """What a check finds in `seconds`. That it fails, or takes longer, is a finding."""
    try:
        async with asyncio.timeout(seconds):
            return await look
    except TimeoutError:
        return [warning(check, f"This could not be looked at in {seconds:g} s.", "see what is slow there")]
    except Exception as error:
        return [_unexpected(check, error)]


def _guarded(check: Check, look: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return look()
    except Exception as error:
        return [_unexpected(check, error)]


def _unexpected(check: Check, error: Exception) -> Finding:
    """A check that fails is no reason to keep the others' findings back."""
    if isinstance(error, ClaudeflareError):
        return warning(check, f"This could not be looked at: {error}")
    words = f"{type(error).__name__}: {error}"
    return warning(check, "This could not be looked at.", "if this stays, report it with these words", words)
