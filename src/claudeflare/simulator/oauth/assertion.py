"""Workload identity federation: a JWT of another issuer becomes an access token (RFC 7523).

The signature is not checked: this is a simulation, and has no issuer's keys.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from claudeflare.simulator.accounts import SimulatedAccount
from claudeflare.simulator.delivery import Delivery
from claudeflare.simulator.errors import ApiError
from claudeflare.simulator.oauth.admission import NOBODY
from claudeflare.simulator.oauth.ledger import SignIn
from claudeflare.simulator.oauth.token_holders import account_to_sign_in
from claudeflare.simulator.visit import Visit

SCOPE = "workspace:developer"
BEGINNINGS = {"federation_rule_id": "fdrl_", "service_account_id": "svac_", "workspace_id": "wrkspc_"}


class Claims(msgspec.Struct):
    """What matters of an assertion."""

    sub: str
    exp: float


def exchange_assertion(visit: Visit, fields: dict[str, Any]) -> Delivery:
    """Give a token; whatever is wrong, the denial says no more than that (API docs, workload identity)."""
    account = _account(visit, fields)
    visit.meet_faults(account or NOBODY, path_named=True)
    if account is None or not _is_right(fields, visit.now):
        visit.world.oauth.counts.refused += 1
        raise ApiError(401, "Authentication failed")
    visit.recognize(account)
    ledger = visit.world.oauth
    sign_in = SignIn(account=account.name, client_id="", scopes=(SCOPE,), wants_refresh_token=False)
    issued = ledger.issue(sign_in, visit.now, ledger.options.assertion_token_seconds)
    ledger.counts.assertions += 1
    content = {
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": int(issued.expires_in),
        "scope": SCOPE,
    }
    return visit.answer(content, [("cache-control", "no-store")])


def _account(visit: Visit, fields: dict[str, Any]) -> SimulatedAccount | None:
    """The account with this federation rule; where every key is let in, one for the service account."""
    rule, organization = fields.get("federation_rule_id"), fields.get("organization_id")
    accounts = visit.world.accounts
    for account in accounts:
        if account.federation_rule and account.federation_rule == rule:
            return account if account.organization_id == organization else None
    return account_to_sign_in(accounts, str(fields.get("service_account_id") or ""), "sk-ant-api03-")


def _is_right(fields: dict[str, Any], now: float) -> bool:
    for name, beginning in BEGINNINGS.items():
        value = fields.get(name)
        if not isinstance(value, str) or not (
            value.startswith(beginning) or (name == "workspace_id" and value == "default")
        ):
            return False
    claims = _claims(fields.get("assertion"))
    return claims is not None and claims.exp > now


def _claims(assertion: object) -> Claims | None:
    parts = assertion.split(".") if isinstance(assertion, str) else []
    if len(parts) != 3 or not all(parts):
        return None
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return msgspec.json.decode(payload, type=Claims)
    except (binascii.Error, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
