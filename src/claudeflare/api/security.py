"""Who may call the API: a Host of ours, no page of another site on a write, and the control token on all of `/api`.

Pure ASGI, in front of the routes: nothing under `/api`, the documentation included, can be forgotten.
"""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from claudeflare.access.control_token import ControlToken
from claudeflare.access.presented_token import bearer_token
from claudeflare.api.errors import error_answer
from claudeflare.http1.hosts import host_allowed, origin_allowed
from claudeflare.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110 §9.2.1)."""

WILDCARD_ADDRESSES = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 compared with, not bound


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """Names beside loopback a request may give: the owner's, and the address the owner listens on."""
    host = settings.host.lower()
    own = frozenset() if host in WILDCARD_ADDRESSES else frozenset({f"[{host}]" if ":" in host else host})
    return own | {name.lower() for name in settings.allowed_hosts}


class Security:
    """ASGI middleware that answers 403 or 401 itself and lets everything else through."""

    def __init__(self, app: ASGIApp, token: ControlToken, allowed: Collection[str]) -> None:
        self._app = app
        self._token = token
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").encode("latin-1")
        if not host_allowed(host, self._allowed):
            return error_answer(
                403,
                "host_refused",
                "This Host is not one of this server's; its owner can add the name to CLAUDEFLARE_ALLOWED_HOSTS.",
            )
        origin = headers.get("origin")
        if (
            origin is not None
            and scope["method"] not in SAFE_METHODS
            and not origin_allowed(origin.encode("latin-1"), host, self._allowed)
        ):
            # Even with a token: a page of another site may have been given one, but never by this product.
            return error_answer(403, "origin_refused", "A page of another site may not change anything here.")
        path: str = scope["path"]
        if (path == "/api" or path.startswith("/api/")) and not self._authorized(headers):
            return error_answer(
                401,
                "unauthorized",
                "The control token is missing or wrong: send it as `Authorization: Bearer …`. "
                "`claudeflare token` prints it.",
                headers={"www-authenticate": "Bearer"},
            )
        return None

    def _authorized(self, headers: Headers) -> bool:
        return self._token.check(bearer_token(headers.get("authorization")))
