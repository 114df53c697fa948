"""POST /v1/messages: from a checked request through thinking, cache and limits to the answer."""

from __future__ import annotations

from typing import Any

from claudeflare.simulator.asker import Asker
from claudeflare.simulator.delivery import DEFAULT_AFTER, Delivery, Part
from claudeflare.simulator.faults import IN_STREAM, first_of
from claudeflare.simulator.message_answer import Composition, compose
from claudeflare.simulator.messages import Answer, message_json
from claudeflare.simulator.script import read_script
from claudeflare.simulator.seeding import identifier
from claudeflare.simulator.stream import error_event, message_events
from claudeflare.simulator.validation import parse_body
from claudeflare.simulator.visit import Visit


def create_message(visit: Visit, raw: bytes) -> Delivery:
    """The route. Raises ApiError for what is wrong with the request, and 429 for what does not fit any more."""
    world = visit.world
    asked = parse_body(raw)
    asker = Asker(
        account=visit.caller,
        version=visit.version,
        betas=visit.betas,
        script=read_script(visit.headers.get("x-simulator-answer")),
        now=visit.now,
    )
    body = world.holdings.threads.whole(asked, visit.betas, visit.caller.workspace_id, visit.now)
    composed = compose(world, asker, body, identifier("msg", world.seed, visit.seen.number))
    answer = composed.answer
    fields = world.allowances.take(visit.caller, composed.model, answer.usage, visit.now)
    _keep(visit, body, composed)
    visit.witness.answered(answer.usage, composed.conversation.transformations)
    if body.get("stream"):
        return _stream(visit, answer, fields)
    output = [0, answer.usage.output]
    return visit.answer(message_json(answer), fields, sum(world.pacing.pauses(output, world.seed, visit.seen.number)))


def _keep(visit: Visit, body: dict[str, Any], composed: Composition) -> None:
    composed.keep(visit.world)
    threads, workspace_id = visit.world.holdings.threads, visit.caller.workspace_id
    if body.get("thread") is not None:
        threads.claim(body, workspace_id, visit.seen)
        threads.keep(body, workspace_id, (composed.answer.id, composed.answer.blocks), visit.now)


def _stream(visit: Visit, answer: Answer, fields: list[tuple[str, str]]) -> Delivery:
    events = list(message_events(answer))
    fault = first_of(visit.faults, IN_STREAM)
    if fault is not None:
        after = 0 if fault.name == "529-first-event" else DEFAULT_AFTER if fault.after is None else fault.after
        # The last event is never among those sent: an error after message_stop would be none.
        events = [*events[: min(after, len(events) - 1)], error_event(visit.fault_error(fault).json(None))]
    pauses = visit.world.pacing.pauses([event.tokens for event in events], visit.world.seed, visit.seen.number)
    parts = [Part(event.encode(), pause) for event, pause in zip(events, pauses, strict=True)]
    return visit.stream(parts, fields, broken=fault is not None)
