"""The REST client's methods for `/api/requests`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, NamedTuple, cast
from urllib.parse import quote

import httpx2

from claudeflare.client.replies import checked
from claudeflare.client.resources import Json, Payload, Request

PAGE: Final = 200
"""Requests asked for at once; callers see one stream, whatever their limit."""


class Page(NamedTuple):
    """One page of the list, newest first."""

    requests: list[Request]
    cursor: str | None
    """Leads to the next; None: this is the last. Searched for a text, a page may be empty and have one."""


class RequestMethods:
    """Mixed into `Client`, which has the connection."""

    where: str
    _token_source: str

    async def _answer(self, method: str, path: str, **content: Any) -> httpx2.Response:
        raise NotImplementedError

    async def _raw(self, method: str, path: str, **content: Any) -> httpx2.Response:
        raise NotImplementedError

    async def requests(self, filters: Mapping[str, str | None], limit: int | None = None) -> AsyncIterator[Request]:
        """Requests newest first, as many as there are or `limit`, fetched page by page while they are consumed."""
        async for page in self.request_pages(filters, limit):
            for request in page:
                yield request

    async def request_pages(
        self, filters: Mapping[str, str | None], limit: int | None = None, page_size: int = PAGE
    ) -> AsyncIterator[list[Request]]:
        """The same as the pages they come in, for callers that decide on each whether they need the next."""
        left, cursor = limit, None
        while left is None or left > 0:
            size = page_size if left is None else min(page_size, left)
            page, cursor = await self.request_page({**filters, "cursor": cursor}, size)
            if page:
                yield page
            if not cursor:
                return
            left = None if left is None else left - len(page)

    async def request_page(self, query: Mapping[str, str | None], size: int) -> Page:
        """One page; `query`: filters, and `cursor` or `until` to say where it begins."""
        params = {name: value for name, value in query.items() if value is not None} | {"limit": str(size)}
        response = await self._answer("GET", "/api/requests", params=params)
        return Page(cast(list[Request], response.json()), response.headers.get("x-next-cursor"))

    async def request(self, request_id: str) -> Json:
        """Everything known of one request. Raises NotFound."""
        return cast(Json, await self._of_request(request_id))

    async def explain(self, request_id: str) -> Json:
        """Why a request went where it went: candidates, choice, attempts. Raises NotFound."""
        return cast(Json, await self._of_request(request_id, "/explain"))

    async def request_cost(self, request_id: str) -> Json:
        """What a request cost by list price, kind by kind. Raises NotFound."""
        return cast(Json, await self._of_request(request_id, "/cost"))

    async def payload(self, request_id: str, part: str | None = None) -> Payload:
        """What a request and its answer consisted of, or one `part`. Raises NotFound, which says why there is none."""
        return cast(Payload, await self._of_request(request_id, "/payload", {} if part is None else {"part": part}))

    async def payload_bytes(self, request_id: str, part: str) -> bytes:
        """One body exactly as it was sent. Raises NotFound, which says why there is nothing."""
        response = await self._raw("GET", _request(request_id) + "/payload", params={"part": part, "raw": "1"})
        return (response if response.is_success else checked(response, self.where, self._token_source)).content

    async def _of_request(self, request_id: str, what: str = "", params: Mapping[str, str] | None = None) -> Any:
        return (await self._answer("GET", _request(request_id) + what, params=params)).json()


def _request(request_id: str) -> str:
    return f"/api/requests/{quote(request_id, safe='')}"
