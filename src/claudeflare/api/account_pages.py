"""One page of the accounts, by key: one that was removed meanwhile takes nothing away from the next page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import msgspec

from claudeflare.errors import InvalidInput
from claudeflare.storage.account_rules import name_key
from claudeflare.storage.accounts import StoredAccount


def account_page(
    accounts: Sequence[StoredAccount], cursor: str | None, limit: int | None
) -> tuple[Sequence[StoredAccount], str | None]:
    """Some of all accounts, which come newest first, and the cursor of what follows; None: nothing does.

    Raises `InvalidInput` for what is no cursor.
    """
    if cursor is not None:
        place = _decoded(cursor)
        accounts = [each for each in accounts if _key(each) > place]
    if limit is None or len(accounts) <= limit:
        return accounts, None
    page = accounts[:limit]
    return page, base64.urlsafe_b64encode(msgspec.json.encode(_key(page[-1]))).decode().rstrip("=")


def _key(stored: StoredAccount) -> tuple[float, str]:
    """In the order of the list."""
    return -stored.created, name_key(stored.account.name)


def _decoded(cursor: str) -> tuple[float, str]:
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(content, type=tuple[float, str])
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("This cursor is not one that this list gave. Begin again without a cursor.") from error
