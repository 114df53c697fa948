"""The API's routes: each a function from a visit and its body to an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope, Send

from claudeflare.simulator.catalog import Model, find_model, model_json, models_page
from claudeflare.simulator.delivery import DEFAULT_AFTER, Channel, Delivery, Part, deliver
from claudeflare.simulator.errors import ApiError, TooLarge, invalid
from claudeflare.simulator.faults import IN_STREAM, first_of
from claudeflare.simulator.messages import Answer, build_answer, message_json, read_script
from claudeflare.simulator.prompt import Prompt, read_prompt
from claudeflare.simulator.seeding import identifier
from claudeflare.simulator.stream import Event, error_event, message_events
from claudeflare.simulator.usage import Usage
from claudeflare.simulator.validation import (
    MAX_BODY_BYTES,
    check_count_request,
    check_length,
    check_message_request,
    parse_body,
)
from claudeflare.simulator.visit import Visit
from claudeflare.simulator.world import Pacing, World

Handler = Callable[[Visit, bytes], Delivery]


class Endpoint:
    """A route as an ASGI application: reads the request, answers it, and notes what became of it."""

    def __init__(self, world: World, handler: Handler) -> None:
        self._world = world
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        visit = Visit(self._world, scope)
        body = await _read_body(receive)
        if body is None:
            visit.witness.client_gone()
            return
        visit.witness.arrived(body, keep=self._world.keep_bodies)
        delivery = self._answer(visit, body)
        await deliver(delivery, visit.faults, Channel(scope, receive, send), self._world.clock, visit.witness)

    def _answer(self, visit: Visit, body: bytes) -> Delivery:
        try:
            if len(body) > MAX_BODY_BYTES:
                raise TooLarge
            visit.admit(body)
            return self._handler(visit, body)
        except ApiError as error:
            return visit.error(error)


async def _read_body(receive: Receive) -> bytes | None:
    """The body, read to its end even when it is too long (then cut one byte above the limit); None: client gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if len(body) <= MAX_BODY_BYTES:
            body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


def create_message(visit: Visit, raw: bytes) -> Delivery:
    """POST /v1/messages."""
    world = visit.world
    body = parse_body(raw)
    model = check_message_request(body, visit.version)
    script = read_script(visit.headers.get("x-simulator-answer"))
    prompt = read_prompt(body)
    check_length(prompt.tokens, model)
    place = (visit.caller.workspace_id, model.id)
    cached = world.cache.plan(place, prompt, model.min_cacheable_tokens, visit.now)
    usage = Usage(
        input=prompt.tokens - cached.read - cached.written,
        cache_write_5m=cached.write_5m,
        cache_write_1h=cached.write_1h,
        cache_read=cached.read,
    )
    message_id = identifier("msg", world.seed, visit.seen.number)
    answer = build_answer(body, script, usage, f"{world.seed}", message_id)
    fields = world.allowances.take(visit.caller, model, answer.usage, visit.now)
    world.cache.commit(cached, visit.now)
    if body.get("stream"):
        return _stream(visit, answer, fields)
    pause = world.pacing.ttft + world.pacing.seconds(answer.usage.output)
    return visit.answer(message_json(answer), fields, pause)


def count_tokens(visit: Visit, raw: bytes) -> Delivery:
    """POST /v1/messages/count_tokens."""
    body = parse_body(raw)
    model = check_count_request(body, visit.version)
    visit.world.allowances.take_count(visit.caller, model, visit.now)
    prompt: Prompt = read_prompt(body)
    return visit.answer({"input_tokens": prompt.tokens})


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


def _stream(visit: Visit, answer: Answer, fields: list[tuple[str, str]]) -> Delivery:
    events = list(message_events(answer))
    fault = first_of(visit.faults, IN_STREAM)
    if fault is not None:
        after = 0 if fault.name == "529-first-event" else DEFAULT_AFTER if fault.after is None else fault.after
        # The last event is never among those sent: an error after message_stop would be none.
        events = [*events[: min(after, len(events) - 1)], error_event(visit.fault_error(fault).json(None))]
    return visit.stream(list(_paced(events, visit.world.pacing)), fields, broken=fault is not None)


def _paced(events: list[Event], pacing: Pacing) -> Iterator[Part]:
    for number, event in enumerate(events):
        yield Part(event.encode(), pacing.ttft if number == 0 else pacing.seconds(event.tokens))
