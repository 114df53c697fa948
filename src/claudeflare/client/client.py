"""The REST API as methods: one per route, answering its JSON; whatever goes wrong becomes one of our errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast
from urllib.parse import quote

import httpx2

from claudeflare.client.access import AccessMethods
from claudeflare.client.account_credentials import CredentialMethods, NewAccount
from claudeflare.client.analytics import AnalyticsMethods
from claudeflare.client.imports import ImportMethods
from claudeflare.client.keys import KeyMethods
from claudeflare.client.replies import checked
from claudeflare.client.request_records import RequestMethods
from claudeflare.client.resources import Account, Json, LogLine, Queue, Stats
from claudeflare.client.server_state import ServerStateMethods
from claudeflare.errors import Unreachable

EVENT_SILENCE = 60.0
"""Seconds without a byte after which a stream of events is taken for dead; the server sends a comment every 15."""

ANALYSIS_SECONDS = 900.0
"""How long an analysis of a large database may take."""


class Client(
    AccessMethods, AnalyticsMethods, CredentialMethods, ImportMethods, KeyMethods, RequestMethods, ServerStateMethods
):
    """Speaks to one server with one control token. `where` and `token_source` are for error messages."""

    def __init__(self, http: httpx2.AsyncClient, *, where: str, token_source: str, url: str | None = None) -> None:
        self._http = http
        self.where = where
        self.url = url
        """None when control runs in this process and there is no server."""
        self._token_source = token_source

    async def accounts(self) -> list[Account]:
        """All accounts, newest first."""
        return cast(list[Account], await self._get("/api/accounts"))

    async def account(self, name: str) -> Account:
        """One account by name or id. Raises NotFound."""
        return cast(Account, await self._get(_account(name)))

    async def add_account(self, account: NewAccount) -> Account:
        """Add an account.

        Raises Conflict for a name that is taken, InvalidInput for a value that is not allowed, TermsNotAccepted for a
        subscription's token.
        """
        return cast(Account, await self._send("POST", "/api/accounts", json=account))

    async def remove_account(self, name: str) -> None:
        """Remove an account and its credential for good."""
        await self._send("DELETE", _account(name), json={"confirm": name})

    async def change_account(self, name: str, change: Json) -> Account:
        """Change what is named: name, tier, priority, baseUrl, reserve, allowExtraUsage; None: the server's own."""
        return cast(Account, await self._send("PATCH", _account(name), json=change))

    async def refresh(self, name: str) -> Account:
        """Renew an account's token now. Raises Conflict when it has none that is renewed, or a login is needed."""
        return cast(Account, await self._send("POST", _account(name, "refresh")))

    async def limit_history(self, name: str, range_: str) -> Json:
        """How far each limit of an account was used, over a range like `24h` up to now."""
        return cast(Json, await self._get(_account(name, "limits"), {"range": range_}))

    async def pause(self, name: str) -> Account:
        """Send an account no further requests."""
        return cast(Account, await self._send("POST", _account(name, "pause")))

    async def resume(self, name: str) -> Account:
        """Use a paused account again."""
        return cast(Account, await self._send("POST", _account(name, "resume")))

    async def clear_limit(self, name: str) -> Account:
        """Forget what is known of an account's limits and troubles; the API will say when they still hold."""
        return cast(Account, await self._send("POST", _account(name, "clear-limit")))

    async def set_tier(self, name: str, tier: int) -> Account:
        """Change an account's relative capacity."""
        return cast(Account, await self._send("POST", _account(name, "tier"), json={"tier": tier}))

    async def rename(self, name: str, new: str) -> Account:
        """Change an account's name; its records keep their account."""
        return cast(Account, await self._send("POST", _account(name, "rename"), json={"name": new}))

    async def stats(self, range_: str | None = None) -> Stats:
        """Sums over a range like `24h`; without one, since the statistics were last reset."""
        return cast(Stats, await self._get("/api/stats", _given(range=range_)))

    async def reset_stats(self) -> None:
        """Start the statistics again from now; records stay."""
        await self._send("POST", "/api/stats/reset")

    async def clear_history(self) -> AsyncIterator[int]:
        """Delete every record of a request that began by now; yields how many are gone after each step."""
        deleted, moment, done = 0, None, False
        while not done:
            answer = await self._send("POST", "/api/maintenance/clear-history", json={"before": moment})
            deleted, moment, done = deleted + answer["deleted"], answer["before"], answer["done"]
            yield deleted

    async def analysis(self, wanted: Mapping[str, str]) -> Json:
        """Where space and time go; see the route's query. Raises Conflict while another runs."""
        # To be exact about a large database is to read all of it.
        timeout = httpx2.Timeout(ANALYSIS_SECONDS, connect=5.0)
        return cast(
            Json, (await self._answer("GET", "/api/maintenance/analysis", params=wanted, timeout=timeout)).json()
        )

    async def log_lines(self, limit: int, level: str, since: str | None = None) -> tuple[list[LogLine], str]:
        """The server's latest log lines, oldest first, and where `follow_logs` goes on."""
        params = _given(limit=str(limit), level=level, since=since)
        response = await self._answer("GET", "/api/logs/history", params=params)
        return cast(list[LogLine], response.json()), response.headers.get("x-last-event-id", "")

    @asynccontextmanager
    async def event_stream(self, path: str, params: Mapping[str, str], after: str) -> AsyncIterator[httpx2.Response]:
        """A stream of server-sent events, from the one after the id `after`; without one, from now.

        Raises Unreachable when it breaks off.
        """
        headers = {"accept": "text/event-stream"} | ({"last-event-id": after} if after else {})
        timeout = httpx2.Timeout(EVENT_SILENCE, connect=5.0)
        try:
            async with self._http.stream("GET", path, params=params, headers=headers, timeout=timeout) as response:
                if not response.is_success:
                    await response.aread()
                    checked(response, self.where, self._token_source)
                yield response
        except httpx2.TransportError as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(f"The connection to {self.where} broke off ({reason}).") from error

    async def lines(self, path: str, body: Any) -> AsyncIterator[str]:
        """The lines of an answer as they come (newline-delimited JSON). Raises Unreachable when it breaks off."""
        headers = {"accept": "application/x-ndjson"}
        timeout = httpx2.Timeout(EVENT_SILENCE, connect=5.0)
        try:
            async with self._http.stream("POST", path, json=body, headers=headers, timeout=timeout) as response:
                if not response.is_success:
                    await response.aread()
                    checked(response, self.where, self._token_source)
                async for line in response.aiter_lines():
                    yield line
        except httpx2.TransportError as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(f"The connection to {self.where} broke off ({reason}).") from error

    async def config(self) -> Json:
        """The server's settings as they are in force."""
        return cast(Json, await self._get("/api/config"))

    async def strategy(self) -> Json:
        """The policy in force."""
        return cast(Json, await self._get("/api/config/strategy"))

    async def set_strategy(self, name: str) -> Json:
        """Change the policy, at once and for good. Raises InvalidInput for one that does not exist."""
        return cast(Json, await self._send("POST", "/api/config/strategy", json={"strategy": name}))

    async def strategies(self) -> Any:
        """The policies that exist."""
        return await self._get("/api/strategies")

    async def queue(self) -> Queue:
        """The requests that wait for an account now."""
        return cast(Queue, await self._get("/api/queue"))

    async def happenings(self, limit: int, account: str | None = None) -> list[Json]:
        """What happened to accounts lately, newest first; of one account, by name or id."""
        return cast(list[Json], await self._get("/api/events/history", _given(limit=str(limit), account=account)))

    async def health(self) -> Json:
        """The gateway's own view of itself, whether it is ready (200) or not (503). There is none in-process."""
        response = await self._raw("GET", "/health")
        if "json" not in response.headers.get("content-type", ""):
            raise Unreachable(f"{self.where} answers, but not as a Claudeflare server; check the URL.")
        return cast(Json, response.json())

    async def _get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        return (await self._answer("GET", path, params=params)).json()

    async def _send(self, method: str, path: str, json: Any = None) -> Any:
        response = await self._answer(method, path, json=json)
        return response.json() if response.content else None

    async def _answer(self, method: str, path: str, **content: Any) -> httpx2.Response:
        return checked(await self._raw(method, path, **content), self.where, self._token_source)

    async def _raw(self, method: str, path: str, **content: Any) -> httpx2.Response:
        try:
            return await self._http.request(method, path, **content)
        except httpx2.TimeoutException as error:
            raise Unreachable(f"{self.where} does not answer in time; look at its log.") from error
        except httpx2.TransportError as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(
                f"No server answers at {self.where} ({reason}). Start one with `claudeflare serve`, or check the URL."
            ) from error

    def __repr__(self) -> str:
        return f"<Client {self.where}>"


def _account(name: str, action: str | None = None) -> str:
    # A name may hold anything; "/" must not become another path.
    return f"/api/accounts/{quote(name, safe='')}" + (f"/{action}" if action else "")


def _given(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}
