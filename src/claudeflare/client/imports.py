"""The REST client's methods for `/api/import`."""

from __future__ import annotations

from typing import Any, cast

import httpx2

from claudeflare.client.resources import Account, Json


class ImportMethods:
    """Mixed into `Client`, which has the connection."""

    async def _answer(self, method: str, path: str, **content: Any) -> httpx2.Response:
        raise NotImplementedError

    async def import_account(self, account: Json) -> Account:
        """Add an account of another program. Raises Conflict, InvalidInput, TermsNotAccepted."""
        return cast(Account, (await self._answer("POST", "/api/import/accounts", json=account)).json())

    async def import_requests(self, source: str, rows: list[Json]) -> Json:
        """File up to a thousand requests that another program has recorded. Sent again they change nothing."""
        body = {"source": source, "requests": rows}
        return cast(Json, (await self._answer("POST", "/api/import/requests", json=body)).json())
