"""The API's routes: each a function from a visit and its body to an answer."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope, Send

from claudeflare.simulator.catalog import Model, find_model, model_json, models_page
from claudeflare.simulator.delivery import Channel, Delivery, deliver
from claudeflare.simulator.errors import ApiError, TooLarge, invalid
from claudeflare.simulator.prompt import read_prompt
from claudeflare.simulator.resources.references import check_files
from claudeflare.simulator.thinking import check_thinking
from claudeflare.simulator.validation import MAX_BODY_BYTES, check_count_request, parse_body
from claudeflare.simulator.visit import Visit
from claudeflare.simulator.world import World

Handler = Callable[[Visit, bytes], Delivery]
Admission = Callable[[Visit, bytes], bytes]
"""What is checked before the handler's turn; gives the body, decoded. Raises ApiError."""


class Endpoint:
    """A route as an ASGI application: reads the request, answers it, and notes what became of it."""

    def __init__(
        self, world: World, handler: Handler, max_body_bytes: int | None = None, admit: Admission = Visit.admit
    ) -> None:
        self._world = world
        self._handler = handler
        self._admit = admit
        self._max_body_bytes = max_body_bytes or MAX_BODY_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        visit = Visit(self._world, scope, self._max_body_bytes)
        body = await _read_body(receive, self._max_body_bytes)
        if body is None:
            visit.witness.client_gone()
            return
        visit.witness.arrived(body, keep=self._world.keep_bodies)
        delivery = self._answer(visit, body)
        await deliver(delivery, visit.faults, Channel(scope, receive, send), self._world.clock, visit.witness)

    def _answer(self, visit: Visit, body: bytes) -> Delivery:
        try:
            if len(body) > self._max_body_bytes:
                raise TooLarge
            return self._handler(visit, self._admit(visit, body))
        except ApiError as error:
            return visit.error(error)


async def _read_body(receive: Receive, limit: int) -> bytes | None:
    """The body, read to its end even when it is too long (then cut one byte above the limit); None: client gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if len(body) <= limit:
            body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


def count_tokens(visit: Visit, raw: bytes) -> Delivery:
    """POST /v1/messages/count_tokens."""
    body = parse_body(raw)
    model = check_count_request(body, visit.version)
    check_thinking(body, model, visit.betas)
    check_files(body, visit.world.holdings.files, visit.caller.workspace_id, visit.now)
    visit.world.allowances.take_count(visit.caller, model, visit.now)
    return visit.answer({"input_tokens": read_prompt(body).tokens})


def list_models(visit: Visit, raw: bytes) -> Delivery:
    """GET /v1/models."""
    query = QueryParams(visit.scope["query_string"])
    text = query.get("limit", "20")
    limit = int(text) if text.isdecimal() else 0
    if not 1 <= limit <= 1000:
        raise invalid("limit: Input should be between 1 and 1000")
    return visit.answer(models_page(limit, query.get("after_id"), query.get("before_id")))


def get_model(visit: Visit, raw: bytes) -> Delivery:
    """GET /v1/models/{id}."""
    name: str = visit.scope["path_params"]["model_id"]
    model: Model | None = find_model(name)
    if model is None:
        raise ApiError(404, f"model: {name}")
    return visit.answer(model_json(model))


def not_found(visit: Visit, raw: bytes) -> Delivery:
    """Any other path below /v1."""
    raise ApiError(404, "Not found")


def not_allowed(visit: Visit, raw: bytes) -> Delivery:
    """A path that exists, with another method."""
    raise ApiError(405, "Method Not Allowed")
