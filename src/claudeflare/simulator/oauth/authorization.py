"""/oauth/authorize: the page on which a person allows a client to act for them."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from claudeflare.simulator.delivery import Delivery, Part
from claudeflare.simulator.errors import ApiError
from claudeflare.simulator.oauth import pages
from claudeflare.simulator.oauth.ledger import CodeRequest
from claudeflare.simulator.oauth.pkce import is_challenge
from claudeflare.simulator.oauth.token_holders import account_to_sign_in
from claudeflare.simulator.visit import Visit

SHOWN_CODE = "code"
"""The parameter that asks for the code to be shown, to be pasted, instead of a way back to the client."""


def ask(visit: Visit, raw: bytes) -> Delivery:
    """GET: the page with its button."""
    query = visit.scope["query_string"].decode("latin-1")
    try:
        asked = _asked(visit, query)
    except ApiError as error:
        return page(visit, pages.refusal(error.message), 400)
    names = [account.name for account in visit.world.accounts]
    return page(visit, pages.question(asked.client_id, asked.scopes, names, f"?{query}"))


def allow(visit: Visit, raw: bytes) -> Delivery:
    """POST: somebody pressed it. The form names the account; `accept: application/json` gets the code as JSON."""
    query = visit.scope["query_string"].decode("latin-1")
    form = dict(parse_qsl(raw.decode("latin-1")))
    try:
        asked = _asked(visit, query)
        account = _account(visit, form.get("account", ""), asked)
    except ApiError as error:
        return page(visit, pages.refusal(error.message), 400)
    code = visit.world.oauth.give_code(asked, account, visit.now)
    if "application/json" in visit.headers.get("accept", ""):
        return visit.answer({"code": code, "state": asked.state, "paste": f"{code}#{asked.state}"})
    if dict(parse_qsl(query)).get(SHOWN_CODE) == "true":
        return page(visit, pages.code_to_paste(f"{code}#{asked.state}"))
    back = f"{asked.redirect_uri}{'&' if urlsplit(asked.redirect_uri).query else '?'}"
    location = back + urlencode({"code": code, "state": asked.state})
    fields = [*visit.common_fields(), ("location", location), ("cache-control", "no-store")]
    return Delivery(status=303, fields=fields, parts=[Part(b"")])


def page(visit: Visit, html: str, status: int = 200) -> Delivery:
    """A page as the answer; nobody may keep it."""
    delivery = visit.content(html.encode(), "text/html; charset=utf-8")
    return msgspec.structs.replace(
        delivery, status=status, fields=[*delivery.fields, ("cache-control", "no-store"), ("x-frame-options", "DENY")]
    )


def _asked(visit: Visit, query: str) -> CodeRequest:
    """The request of RFC 6749, 4.1.1 and RFC 7636, 4.3. Raises ApiError."""
    given = dict(parse_qsl(query))
    required = ("client_id", "redirect_uri", "code_challenge", "state")
    for name in required:
        if not given.get(name):
            raise ApiError(400, f"{name} is missing")
    if given.get("response_type") != "code":
        raise ApiError(400, "response_type must be code")
    if given.get("code_challenge_method") != "S256" or not is_challenge(given["code_challenge"]):
        raise ApiError(400, "code_challenge must be of method S256")
    if urlsplit(given["redirect_uri"]).scheme not in ("http", "https"):
        raise ApiError(400, "redirect_uri must be an http or https URL")
    known = visit.world.oauth.options.client_id
    if known and given["client_id"] != known:
        raise ApiError(400, f"There is no client {given['client_id']!r}")
    return CodeRequest(
        client_id=given["client_id"],
        redirect_uri=given["redirect_uri"],
        challenge=given["code_challenge"],
        state=given["state"],
        scopes=tuple(given.get("scope", "").split()),
    )


def _account(visit: Visit, name: str, asked: CodeRequest) -> str:
    """Whoever signs in: the account that is named, or the first. Raises ApiError."""
    accounts = visit.world.accounts
    first = next(iter(accounts), None)
    if not name:
        name = first.name if first is not None else "someone"
    beginning = "sk-ant-oat01-" if "user:inference" in asked.scopes else "sk-ant-api03-"
    found = account_to_sign_in(accounts, name, beginning)
    if found is None:
        raise ApiError(400, f"There is no account {name!r}")
    return found.name
