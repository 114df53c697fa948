"""`/api/keys`: the keys clients present, and what each may do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from claudeflare.api.key_view import key_resources, limits_of
from claudeflare.api.schemas.keys import KeyChange, KeyResource, KeyToMake, MadeKey
from claudeflare.api.services import Services, ServicesOf
from claudeflare.errors import InvalidInput
from claudeflare.quotas.client_key import ClientKey
from claudeflare.storage.client_keys import StoredClientKey

router = APIRouter(prefix="/api/keys", tags=["keys"])

PAGE = 100
"""Keys in an answer when nothing is said."""
LONGEST_PAGE = 1000
"""A longer page is cut to this; `x-next-cursor` leads on."""

# A name may hold a slash and arrives here unquoted: hence `path`.
KEY = "/{key:path}"


@router.get("")
def list_keys(
    services: ServicesOf,
    response: Response,
    limit: Annotated[int, Query(description=f"At most {LONGEST_PAGE} are answered at once")] = PAGE,
    cursor: Annotated[str | None, Query(description="`x-next-cursor` of the page before")] = None,
    *,
    revoked: Annotated[bool, Query(description="Those that are revoked as well")] = False,
) -> list[KeyResource]:
    """Client keys, newest first; the header `x-next-cursor` leads to the next page."""
    if limit < 1:
        raise InvalidInput(f"A page has at least one key, not {limit}.")
    page, following = services.client_keys.page(cursor, min(limit, LONGEST_PAGE), revoked=revoked)
    if following is not None:
        response.headers["x-next-cursor"] = following
    return key_resources(services, page)


@router.post("", status_code=status.HTTP_201_CREATED)
def make_key(new: KeyToMake, services: ServicesOf) -> MadeKey:
    """Make a client key. `key` is in this answer and nowhere else.

    From the first key on every request to `/v1` has to bring one.
    """
    given = {name: getattr(new, name) for name in new.model_fields_set - {"name"}}
    wanted = ClientKey(id="", name=new.name, digest=b"", **limits_of(services, given))
    stored, secret = services.client_keys.add(wanted)
    return MadeKey(**_changed(services, stored).model_dump(), key=secret)


@router.get(KEY)
def show_key(key: str, services: ServicesOf) -> KeyResource:
    """One client key, by id or name."""
    return key_resources(services, [services.client_keys.get(key)])[0]


@router.patch(KEY)
def change_key(key: str, change: KeyChange, services: ServicesOf) -> KeyResource:
    """Change what is named in the body, at once."""
    stored = services.client_keys.get(key)
    limits = limits_of(services, change.given(), stored.key.budgets)
    return _changed(services, services.client_keys.change(stored.key.id, **limits))


@router.delete(KEY)
def revoke_key(key: str, services: ServicesOf) -> KeyResource:
    """Revoke it for good; requests that run go on. What is on record of it stays."""
    return _changed(services, services.client_keys.revoke(key))


def _changed(services: Services, stored: StoredClientKey) -> KeyResource:
    services.gateways.configuration_changed()
    return key_resources(services, [stored])[0]
