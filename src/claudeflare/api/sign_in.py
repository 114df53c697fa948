"""`/api/sign-in` and what follows from it: browsers that are signed in, and the token that signs them in."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Request, Response

from claudeflare.access.caller import Caller
from claudeflare.access.presented_token import set_cookie
from claudeflare.access.sessions import LIFE_SECONDS, ends_at
from claudeflare.api.auditing import note
from claudeflare.api.caller import CallerOf
from claudeflare.api.schemas.sign_in import SessionEnded, SessionResource, SignIn, SignInLink, TokenRotated
from claudeflare.api.services import Services, ServicesOf
from claudeflare.api.times import to_iso
from claudeflare.errors import InvalidInput, NotFound, Unauthorized
from claudeflare.storage.sessions import StoredSession

router = APIRouter(prefix="/api", tags=["access"])

Agent = Annotated[str | None, Header(alias="user-agent", include_in_schema=False)]
Origin = Annotated[str | None, Header(alias="origin", include_in_schema=False)]


@router.post("/sign-in/link")
def make_sign_in_link(request: Request, services: ServicesOf) -> SignInLink:
    """Make a link that signs a browser in: for one minute, once."""
    code, expires_at = services.authentication.codes.issue(services.clock())
    path = f"/dashboard#sign-in={code}"
    server = services.settings.public_url or f"http://{request.headers['host']}"
    return SignInLink(url=server + path, path=path, expires_at=to_iso(expires_at))


@router.post("/sign-in")
def sign_in(
    shown: SignIn,
    request: Request,
    response: Response,
    services: ServicesOf,
    caller: CallerOf,
    *,
    user_agent: Agent = None,
    origin: Origin = None,
) -> SessionResource:
    """Sign this browser in, by a link's code or the control token: the answer sets a cookie. Needs neither before."""
    by = _check(shown, caller.address, services)
    now = services.clock()
    secret, session = services.authentication.sessions.open(now, caller.address, user_agent)
    response.headers["set-cookie"] = set_cookie(secret, LIFE_SECONDS, secure=_over_tls(origin))
    request.state.caller = Caller("session", caller.address, session.id)
    note(request, by=by, userAgent=session.user_agent)
    return _session(session)


@router.post("/sign-out")
def sign_out(response: Response, services: ServicesOf, caller: CallerOf, origin: Origin = None) -> SessionEnded:
    """End this browser's session; the cookie opens nothing any more."""
    if caller.session_id is None:
        raise InvalidInput("Only a signed-in browser can sign out; a control token holds until it is rotated.")
    ended = services.authentication.sessions.end(caller.session_id)
    response.headers["set-cookie"] = set_cookie("", 0, secure=_over_tls(origin))
    return SessionEnded(id=ended.id)


@router.get("/session")
def show_session(services: ServicesOf, caller: CallerOf) -> SessionResource:
    """Who you are to this server; 401 when nobody."""
    for session in services.authentication.sessions.list(services.clock()):
        if session.id == caller.session_id:
            return _session(session)
    if caller.session_id is not None:
        raise NotFound("This session has just ended.")
    return SessionResource(
        kind=caller.kind,
        id=None,
        created=None,
        expires_at=None,
        last_used=None,
        address=caller.address or None,
        user_agent=None,
    )


@router.get("/sessions")
def list_sessions(services: ServicesOf) -> list[SessionResource]:
    """Browsers that are signed in, newest first."""
    return [_session(session) for session in services.authentication.sessions.list(services.clock())]


@router.delete("/sessions/{session}")
def end_session(session: str, services: ServicesOf) -> SessionEnded:
    """Sign a browser out from here."""
    return SessionEnded(id=services.authentication.sessions.end(session).id)


@router.post("/token/rotate")
def rotate_token(request: Request, services: ServicesOf) -> TokenRotated:
    """Make a new control token. The old one opens nothing any more, and every browser is signed out."""
    token, ended = services.authentication.rotate()
    services.gateways.configuration_changed()
    note(request, sessionsEnded=ended)
    return TokenRotated(token=token, sessions_ended=ended)


def _check(shown: SignIn, address: str | None, services: Services) -> str:
    """By what it was shown that this is the owner. Raises what the answer is otherwise."""
    now = services.clock()
    if (shown.code is None) == (shown.token is None):
        raise InvalidInput("Send either the `code` of a link or the control `token`.")
    if shown.code is not None:
        if not services.authentication.codes.redeem(shown.code.get_secret_value(), now):
            raise Unauthorized(
                "This link has been used or is more than a minute old. `claudeflare dashboard` makes a new one."
            )
        return "link"
    assert shown.token is not None
    wait = services.authentication.try_token(shown.token.get_secret_value().strip(), address, now)
    if wait is None:
        raise Unauthorized("This is not the control token. `claudeflare token` on the server's machine prints it.")
    if wait:
        seconds = math.ceil(wait)
        raise HTTPException(
            429,
            f"Too many wrong tokens came from there; the next one is looked at in {seconds} s.",
            headers={"retry-after": str(seconds)},
        )
    return "token"


def _over_tls(origin: str | None) -> bool:
    """Whether the page came over TLS; then its cookie must not be sent otherwise. The Origin has been checked."""
    return origin is not None and origin.startswith("https://")


def _session(session: StoredSession) -> SessionResource:
    return SessionResource(
        kind="session",
        id=session.id,
        created=to_iso(session.created),
        expires_at=to_iso(ends_at(session)),
        last_used=to_iso(session.used_at),
        address=session.address or None,
        user_agent=session.user_agent,
    )
