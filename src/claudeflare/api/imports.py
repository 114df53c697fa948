"""`/api/import`: what another program has recorded, and the accounts it has."""

from __future__ import annotations

from typing import Final

import msgspec
from fastapi import APIRouter, Request, status

from claudeflare.api.account_view import AccountView
from claudeflare.api.auditing import note
from claudeflare.api.schemas.accounts import AccountResource
from claudeflare.api.schemas.imports import AccountToImport, RequestsImported, RequestsToImport, revealed
from claudeflare.api.services import Services, ServicesOf
from claudeflare.credentials.imported_tokens import imported_tokens
from claudeflare.errors import Conflict, InvalidInput, NotFound
from claudeflare.ingest.imported import imported
from claudeflare.retention.retention import DAY_SECONDS
from claudeflare.storage.accounts import NewAccount, StoredAccount

router = APIRouter(prefix="/api/import", tags=["import"])

AHEAD_SECONDS: Final = float(DAY_SECONDS)
"""How far the other program's clock may have been ahead."""


@router.post("/accounts", status_code=status.HTTP_201_CREATED)
def import_account(new: AccountToImport, services: ServicesOf) -> AccountResource:
    """Add an account of another program under the id it had. Nothing is asked of the API.

    409 when it has been imported before, or its name is taken.
    """
    account_id = str(new.id)
    _refuse_known(services, account_id)
    account = msgspec.structs.replace(new.account(), id=account_id, paused=new.paused)
    if new.mode == "max":
        stored = _add_subscription(services, account, new)
    else:
        _refuse(new, "access_token", "refresh_token", "token_expires")
        stored = services.intake.add(account, new.given(), accept_terms=new.accept_terms)
    services.gateways.configuration_changed()
    return AccountView.of(services).resource(stored)


@router.post("/requests")
def import_requests(request: Request, batch: RequestsToImport, services: ServicesOf) -> RequestsImported:
    """File requests that another program has recorded, with the costs it recorded. Statistics count them.

    To send the same again changes nothing: of each id the first is kept. Client keys' budgets do not count them.
    """
    now = services.clock()
    records = [imported(each.finished(), each.cost_usd, batch.source) for each in batch.requests]
    if any(each.finished.started_at > now + AHEAD_SECONDS for each in records):
        raise InvalidInput("A request's timestamp lies in the future. Check the clocks, and leave it out.")
    # Retention would delete them within the hour and keep their sums: sent again they would count twice.
    oldest = now - services.retention_choice.current().request_days * DAY_SECONDS
    kept = [each for each in records if each.finished.started_at >= oldest]
    added = services.requests.add_missing(kept)
    answer = RequestsImported(added=added, known=len(kept) - added, too_old=len(records) - len(kept))
    note(request, subject=batch.source, added=answer.added, known=answer.known, tooOld=answer.too_old)
    return answer


def _refuse_known(services: Services, account_id: str) -> None:
    try:
        known = services.accounts.get(account_id).account
    except NotFound:
        return
    raise Conflict(f"This account was imported before; it is {known.name} here.")


def _add_subscription(services: Services, account: NewAccount, new: AccountToImport) -> StoredAccount:
    _refuse(new, "api_key", "token")
    refresh_token = revealed(new.refresh_token)
    if refresh_token is None:
        raise InvalidInput("An account of mode max needs `refreshToken`; without one import it with mode token.")
    now = services.clock()
    expires_at = None if new.token_expires is None else new.token_expires.timestamp()
    tokens = imported_tokens(services.settings, revealed(new.access_token), refresh_token, expires_at)
    services.accounts.check(account)
    services.terms.require(new.accept_terms, now)
    return services.credentials.add(account, tokens, now)


def _refuse(new: AccountToImport, *fields: str) -> None:
    """Nothing is left out silently: what the mode has no use for was meant otherwise."""
    for field in fields:
        if getattr(new, field) is not None:
            alias = AccountToImport.model_fields[field].alias
            raise InvalidInput(f"An account of mode {new.mode} takes no {alias}.")
