"""Who may call the API: a Host of ours, no page of another site on a write, and a token or session on all of `/api`.

Pure ASGI, in front of the routes: nothing under `/api`, the documentation included, can be forgotten.
"""

from __future__ import annotations

import contextlib
import math
from typing import Final

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from claudeflare.access.authentication import Wait
from claudeflare.access.caller import STRANGER, Caller
from claudeflare.access.sessions import is_due
from claudeflare.api.errors import error_answer
from claudeflare.api.open_answers import NoLongerAdmitted, ending_send
from claudeflare.api.security_headers import with_security_headers
from claudeflare.api.services import Services
from claudeflare.gateway.peer import PEER_FIELD
from claudeflare.http1.hosts import host_allowed, is_loopback_name, origin_allowed, served_names
from claudeflare.settings import Settings

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110 §9.2.1)."""

SIGN_IN: Final = "/api/sign-in"
"""Open to whoever has neither token nor session yet: it is where one is shown."""


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """Names beside loopback that a request may give."""
    return served_names(settings.host, settings.public_url, settings.allowed_hosts)


class Security:
    """ASGI middleware that refuses what may not be, and tells the routes who calls (`request.state.caller`)."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services
        self._allowed = allowed_hosts(services.settings)
        host = services.settings.host.lower()
        # With a URL of its own it is reached through a proxy, which is on loopback itself.
        on_loopback = is_loopback_name(f"[{host}]" if ":" in host else host)
        self._metrics_are_open = on_loopback and not services.settings.public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        is_data = path == "/api" or path.startswith("/api/") or path == "/metrics"
        send = with_security_headers(send, is_data=is_data)
        answer = self._foreign(scope) or (await self._unauthorized(scope) if is_data else None)
        if answer is not None:
            await answer(scope, receive, send)
        elif is_data and scope["method"] == "GET":
            await self._while_admitted(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _while_admitted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streams end with the session or the token that opened them, at their next sign of life."""
        authentication, caller = self._services.authentication, scope["state"]["caller"]
        since = authentication.token
        send = ending_send(send, lambda: authentication.still_admits(caller, since))
        with contextlib.suppress(NoLongerAdmitted, ClientDisconnect):
            await self._app(scope, receive, send)

    def _foreign(self, scope: Scope) -> JSONResponse | None:
        """The refusal of what a page of another site sends, or a page whose own name was made to lead here."""
        headers = Headers(scope=scope)
        host = headers.get("host", "").encode("latin-1")
        if not host_allowed(host, self._allowed):
            return error_answer(
                403,
                "host_refused",
                "This Host is not one of this server's; its owner can add the name to CLAUDEFLARE_ALLOWED_HOSTS.",
            )
        if scope["method"] == "OPTIONS":
            # A browser asks so on behalf of pages of other sites; without a permission it sends nothing further.
            return error_answer(
                405, "method_not_allowed", "Pages of other sites get no permission here.", headers={"allow": "GET"}
            )
        origin = headers.get("origin")
        if (
            origin is not None
            and scope["method"] not in SAFE_METHODS
            and not origin_allowed(origin.encode("latin-1"), host, self._allowed)
        ):
            # Even with a token: a page of another site may have been given one, but never by this product.
            return error_answer(403, "origin_refused", "A page of another site may not change anything here.")
        return None

    async def _unauthorized(self, scope: Scope) -> JSONResponse | None:
        """The refusal of a caller that shows nothing, or what opens nothing."""
        headers = Headers(scope=scope)
        caller = await self._caller(headers)
        if isinstance(caller, Wait):
            return too_many_attempts(caller.seconds)
        scope.setdefault("state", {})["caller"] = caller
        path = scope["path"]
        if caller.kind == STRANGER:
            if (path == SIGN_IN and scope["method"] == "POST") or (path == "/metrics" and self._metrics_are_open):
                return None
            return error_answer(
                401,
                "unauthorized",
                "The control token is missing or wrong: send it as `Authorization: Bearer …`, or sign in. "
                "`claudeflare token` prints it, `claudeflare dashboard` signs a browser in.",
                headers={"www-authenticate": "Bearer"},
            )
        if caller.kind == "session" and scope["method"] not in SAFE_METHODS and "origin" not in headers:
            # Browsers send a cookie whoever made the request, and an Origin with every write (Fetch §3.2).
            return error_answer(403, "origin_refused", "A write by a signed-in browser must name its page's Origin.")
        return None

    async def _caller(self, headers: Headers) -> Caller | Wait:
        services = self._services
        now = services.clock()
        address = headers.get(PEER_FIELD.decode())
        caller, session = services.authentication.identify(
            headers.get("authorization"), headers.get("cookie"), address, now
        )
        if session is not None and is_due(session, now):
            await run_sync(services.authentication.sessions.touch, session, now)
        return caller


def too_many_attempts(seconds: float) -> JSONResponse:
    """The refusal of one who was wrong too often."""
    wait = math.ceil(seconds)
    return error_answer(
        429,
        "too_many_attempts",
        f"Too many wrong tokens came from there; the next one is looked at in {wait} s.",
        headers={"retry-after": str(wait)},
    )
