"""`/api/oauth`: signing in to accounts of modes `max` and `console`."""

from __future__ import annotations

from fastapi import APIRouter

from claudeflare.api.accounts import credential_replaced
from claudeflare.api.schemas.accounts import AccountResource
from claudeflare.api.schemas.oauth import SignInBegun, SignInCode, SignInToBegin, TermsResource
from claudeflare.api.services import ServicesOf
from claudeflare.api.times import to_iso

router = APIRouter(prefix="/api/oauth", tags=["oauth"])


@router.get("/terms")
def show_terms(services: ServicesOf) -> TermsResource:
    """What has to be read and accepted before a subscription is added."""
    return TermsResource(**services.terms.shown())


@router.post("/init")
def begin_sign_in(wanted: SignInToBegin, services: ServicesOf) -> SignInBegun:
    """Begin one. It can be repeated until a callback succeeds; each has its own link and session, for 15 minutes."""
    begun = services.sign_ins.begin(wanted.account(), accept_terms=wanted.accept_terms, again=wanted.again)
    return SignInBegun(auth_url=begun.auth_url, session_id=begun.session_id, expires_at=to_iso(begun.expires_at))


@router.post("/callback")
def finish_sign_in(end: SignInCode, services: ServicesOf) -> AccountResource:
    """Exchange the code and make the account, or give it its new credential. After an error it can be sent again."""
    stored = services.sign_ins.finish(end.session_id, end.code.get_secret_value())
    return credential_replaced(services, stored)
