"""POST /v1/oauth/token: codes, refresh tokens and assertions become access tokens."""

from __future__ import annotations

from typing import Any

import msgspec

from claudeflare.simulator.betas import OAUTH
from claudeflare.simulator.delivery import Delivery
from claudeflare.simulator.oauth.admission import NOBODY
from claudeflare.simulator.oauth.assertion import exchange_assertion
from claudeflare.simulator.oauth.errors import OAuthError, invalid_grant, invalid_request
from claudeflare.simulator.oauth.ledger import Issued, SignIn
from claudeflare.simulator.oauth.pkce import verifies
from claudeflare.simulator.oauth.token_holders import account_to_sign_in
from claudeflare.simulator.visit import Visit

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
FEDERATION = "oidc-federation-2026-04-01"


def give_token(visit: Visit, raw: bytes) -> Delivery:
    """Answer one grant; the token is spent even when a fault loses the answer, as it would be."""
    world = visit.world
    try:
        fields = _fields(visit, raw)
        grant = fields.get("grant_type")
        if grant == "authorization_code":
            return _exchange_code(visit, fields)
        if grant == "refresh_token":
            return _refresh(visit, fields)
        if grant == JWT_BEARER:
            return exchange_assertion(visit, fields)
        raise OAuthError("unsupported_grant_type", "grant_type is not supported")
    except OAuthError:
        world.oauth.counts.refused += 1
        raise


def _fields(visit: Visit, raw: bytes) -> dict[str, Any]:
    if visit.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        visit.meet_faults(NOBODY, path_named=True)
        raise invalid_request("Content-Type must be application/json")
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        visit.meet_faults(NOBODY, path_named=True)
        raise invalid_request("The body must be a JSON object") from None


def _exchange_code(visit: Visit, fields: dict[str, Any]) -> Delivery:
    ledger = visit.world.oauth
    visit.meet_faults(NOBODY, path_named=True)
    given = {name: text(fields, name) for name in ("code", "state", "redirect_uri", "client_id", "code_verifier")}
    code = ledger.code(given["code"], visit.now)
    asked = code.asked
    if (given["client_id"], given["redirect_uri"]) != (asked.client_id, asked.redirect_uri):
        raise invalid_grant("client_id or redirect_uri is not that of the authorization request")
    if given["state"] != asked.state:
        raise invalid_grant("state is not that of the authorization request")
    if not verifies(given["code_verifier"], asked.challenge):
        raise invalid_grant("code_verifier does not match code_challenge")
    lifetime = fields.get("expires_in")
    # A lifetime that is asked for is that of `claude setup-token`: a year, and no refresh.
    long_lived = isinstance(lifetime, int) and lifetime > 0
    code.sign_in = SignIn(
        account=code.account,
        client_id=asked.client_id,
        scopes=asked.scopes,
        wants_refresh_token=ledger.options.gives_refresh_tokens and not long_lived,
    )
    ledger.counts.exchanges += 1
    return answer(visit, ledger.issue(code.sign_in, visit.now, float(lifetime) if long_lived and lifetime else None))


def _refresh(visit: Visit, fields: dict[str, Any]) -> Delivery:
    ledger = visit.world.oauth
    token = text(fields, "refresh_token")
    sign_in = ledger.of_refresh_token(token)
    account = None if sign_in is None else visit.world.accounts.named(sign_in.account)
    if account is not None:
        visit.recognize(account)
    visit.meet_faults(account or NOBODY, path_named=True)
    if FEDERATION in visit.betas:
        raise invalid_request(f"{FEDERATION} does not go with refresh_token; send {OAUTH} alone")
    return answer(visit, ledger.refresh(token, text(fields, "client_id"), visit.now))


def answer(visit: Visit, issued: Issued) -> Delivery:
    """The tokens, and whose they are."""
    account = visit.account or account_to_sign_in(visit.world.accounts, issued.sign_in.account, "sk-ant-oat01-")
    assert account is not None  # it was there when the person allowed it, or it was made then
    visit.recognize(account)
    content: dict[str, Any] = {
        "token_type": "Bearer",
        "access_token": issued.access_token,
        "expires_in": int(issued.expires_in),
        "scope": " ".join(issued.sign_in.scopes),
        "organization": {"uuid": account.organization_id, "name": account.organization or account.name},
        "account": {"uuid": account.person_id, "email_address": account.email},
    }
    if issued.refresh_token is not None:
        content["refresh_token"] = issued.refresh_token
    return visit.answer(content, [("cache-control", "no-store")])


def text(fields: dict[str, Any], name: str) -> str:
    """A field that must be there. Raises OAuthError."""
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise invalid_request(f"{name} is missing")
    return value
