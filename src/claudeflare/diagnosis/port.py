"""The port and address the server would listen on: free, and this machine's?"""

from __future__ import annotations

import asyncio

from claudeflare.client.connection import connect_unauthorized
from claudeflare.diagnosis.detached import detached
from claudeflare.diagnosis.finding import Finding, of_error, ok, problem
from claudeflare.diagnosis.port_owner import Owner, owner_of
from claudeflare.errors import AlreadyRunning, ClaudeflareError, SettingsError
from claudeflare.settings import Settings
from claudeflare.supervisor.sockets import PublicAddress, close_all, listen_public, resolve

ANSWER_SECONDS = 1.0
"""For whoever has the port to say whether it is a server of ours."""


async def check_port(settings: Settings, answer_seconds: float = ANSWER_SECONDS) -> list[Finding]:
    """As `claudeflare serve` would find it now; it is listened on for a moment."""
    try:
        address = await resolve(settings.host, settings.port)
        try:
            close_all(await listen_public(address, 1, deadline=0.0))
        except AlreadyRunning:
            return [await _taken(address, answer_seconds)]
    except SettingsError as error:
        return [of_error("port", f"The server cannot listen: {error}", "HOST=127.0.0.1")]
    if not settings.port:
        return [ok("port", "The system picks a free one (PORT=0).")]
    return [ok("port", f"{settings.port} on {settings.host} is free.")]


async def _taken(address: PublicAddress, answer_seconds: float) -> Finding:
    owner = await detached(lambda: owner_of(address.port))
    who = "another program" if owner is None else str(owner)
    if await _is_claudeflare(address.local_url(address.port), answer_seconds):
        summary = f"Port {address.port} is taken by another Claudeflare server: {who}."
        detail = "It works on another data directory; CLAUDEFLARE_HOME says on which a command works."
        return problem("port", summary, _cure(owner), detail)
    return problem("port", f"Port {address.port} on {address.host} is taken by {who}.", _cure(owner))


def _cure(owner: Owner | None) -> str:
    other = "choose another port: claudeflare serve --port 0, or PORT=…"
    return other if owner is None or owner.pid is None else f"kill {owner.pid}, or {other}"


async def _is_claudeflare(url: str, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds), connect_unauthorized(url) as client:
            return "configured" in (await client.health()).get("accounts", {})
    except (ClaudeflareError, TimeoutError, ValueError, AttributeError, TypeError):
        return False  # silent, or whatever else it is
