"""`/api/accounts`: the owner's accounts, and everything that changes them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from claudeflare.api.account_pages import account_page
from claudeflare.api.account_view import AccountView
from claudeflare.api.schemas.accounts import (
    AccountChange,
    AccountResource,
    AccountToAdd,
    Confirmation,
    CredentialToGive,
    NewName,
    NewTier,
    Removed,
)
from claudeflare.api.services import Services, ServicesOf
from claudeflare.api.standing import WHOLE_ACCOUNT
from claudeflare.balancing.change import AttentionNeeded, BenchCleared, Change
from claudeflare.errors import Conflict
from claudeflare.storage import account_rules
from claudeflare.storage.accounts import StoredAccount

router = APIRouter(prefix="/api/accounts", tags=["accounts"])

# A name may hold a slash and arrives here unquoted: hence `path`. Routes with an action come before those without.
ACCOUNT = "/{account:path}"


@router.get("")
def list_accounts(
    services: ServicesOf,
    response: Response,
    limit: Annotated[int | None, Query(ge=1, description="All when nothing is said")] = None,
    cursor: Annotated[str | None, Query(description="`x-next-cursor` of the page before")] = None,
) -> list[AccountResource]:
    """All accounts, newest first; with `limit`, the header `x-next-cursor` leads to the next page."""
    page, next_cursor = account_page(services.accounts.list(), cursor, limit)
    if next_cursor is not None:
        response.headers["x-next-cursor"] = next_cursor
    view = AccountView.of(services)
    return [view.resource(stored) for stored in page]


@router.post("", status_code=status.HTTP_201_CREATED)
def add_account(new: AccountToAdd, services: ServicesOf) -> AccountResource:
    """Add an account. Nothing is asked of the API: a wrong key shows at its first request.

    To accounts of modes `max` and `console` one signs in: `/api/oauth`.
    """
    stored = services.intake.add(new.account(), new.given(), accept_terms=new.accept_terms)
    return _changed(services, stored)


@router.post(ACCOUNT + "/login")
def give_credential(account: str, credential: CredentialToGive, services: ServicesOf) -> AccountResource:
    """Give it another credential of its mode; with an empty body, look at its profile's or federation's files again.

    It keeps its id and its history. To accounts of mode `max` one signs in again: `/api/oauth`.
    """
    stored = services.intake.replace(account, credential.given(), accept_terms=credential.accept_terms)
    return credential_replaced(services, stored)


@router.post(ACCOUNT + "/pause")
def pause_account(account: str, services: ServicesOf) -> AccountResource:
    """Send it no further requests; those that run go on."""
    return _changed(services, services.accounts.set_paused(account, True))


@router.post(ACCOUNT + "/resume")
def resume_account(account: str, services: ServicesOf) -> AccountResource:
    """Use it again."""
    return _changed(services, services.accounts.set_paused(account, False))


@router.post(ACCOUNT + "/tier")
def set_tier(account: str, new: NewTier, services: ServicesOf) -> AccountResource:
    """Set its relative capacity."""
    return _changed(services, services.accounts.set_tier(account, new.tier))


@router.post(ACCOUNT + "/rename")
def rename_account(account: str, new: NewName, services: ServicesOf) -> AccountResource:
    """Give it another name."""
    return _changed(services, services.accounts.rename(account, new.name))


@router.post(ACCOUNT + "/clear-limit")
def clear_limit(account: str, services: ServicesOf) -> AccountResource:
    """Forget its limits and troubles; the API will say when they still hold."""
    stored = services.accounts.get(account)
    account_id = stored.account.id
    state = services.states.by_account().get(account_id)
    scopes = {WHOLE_ACCOUNT, *(state.benches if state else ())}
    cleared: list[Change] = [BenchCleared(account_id, scope) for scope in sorted(scopes)]
    cleared.append(AttentionNeeded(account_id, ""))
    services.state.apply(cleared, services.clock())
    services.gateways.changes_made(cleared)
    return AccountView.of(services).resource(stored)


@router.post(ACCOUNT + "/refresh")
def refresh_token(account: str, services: ServicesOf) -> AccountResource:
    """Renew its token now. 409 when there is none that Claudeflare renews, or somebody has to sign in."""
    stored = services.accounts.get(account)
    services.refresher.renew(stored.account.id)
    return AccountView.of(services).resource(stored)


@router.get(ACCOUNT)
def show_account(account: str, services: ServicesOf) -> AccountResource:
    """One account, by id or name."""
    return AccountView.of(services).resource(services.accounts.get(account))


@router.patch(ACCOUNT)
def change_account(account: str, change: AccountChange, services: ServicesOf) -> AccountResource:
    """Change what is named in the body."""
    stored = services.accounts.get(account)
    account_id = stored.account.id
    # All or nothing: only the name can still be refused, and it goes first.
    if change.tier is not None:
        account_rules.tier(change.tier)
    if change.priority is not None:
        account_rules.priority(change.priority)
    account_rules.base_url(change.base_url)
    account_rules.reserve(change.reserve)
    if change.name is not None:
        stored = services.accounts.rename(account_id, change.name)
    if change.tier is not None:
        stored = services.accounts.set_tier(account_id, change.tier)
    if change.priority is not None:
        stored = services.accounts.set_priority(account_id, change.priority)
    if change.paused is not None:
        stored = services.accounts.set_paused(account_id, change.paused)
    if "base_url" in change.model_fields_set:
        stored = services.accounts.set_base_url(account_id, change.base_url)
    if "reserve" in change.model_fields_set:
        stored = services.accounts.set_reserve(account_id, change.reserve)
    if "allow_extra_usage" in change.model_fields_set:
        stored = services.accounts.set_allow_extra_usage(account_id, change.allow_extra_usage)
    return _changed(services, stored)


@router.delete(ACCOUNT)
def remove_account(account: str, confirmation: Confirmation, services: ServicesOf) -> Removed:
    """Remove it and its secret for good; its request records stay."""
    stored = services.accounts.get(account)
    if confirmation.confirm != stored.account.name:
        raise Conflict(
            f"`confirm` is not this account's name; it is removed only when that says {stored.account.name}."
        )
    services.accounts.remove(stored.account.id)
    services.gateways.configuration_changed()
    return Removed(id=stored.account.id, name=stored.account.name)


def credential_replaced(services: Services, stored: StoredAccount) -> AccountResource:
    """Tell the gateways that it has another credential, and that what its old one was out for is over; the account."""
    services.gateways.changes_made([AttentionNeeded(stored.account.id, "")])
    return _changed(services, stored)


def _changed(services: Services, stored: StoredAccount) -> AccountResource:
    services.gateways.configuration_changed()
    return AccountView.of(services).resource(stored)
