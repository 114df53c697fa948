"""POST /v1/messages: from a checked request through thinking, cache and limits to the answer."""

from __future__ import annotations

from typing import Any

from claudeflare.simulator.betas import BINDING_CONTROLS
from claudeflare.simulator.cache import CacheUse
from claudeflare.simulator.catalog import Model
from claudeflare.simulator.delivery import DEFAULT_AFTER, Delivery, Part
from claudeflare.simulator.faults import IN_STREAM, first_of
from claudeflare.simulator.messages import Answer, Circumstances, build_answer, message_json
from claudeflare.simulator.prompt import Prompt, read_prompt
from claudeflare.simulator.script import read_script
from claudeflare.simulator.seeding import identifier
from claudeflare.simulator.stream import error_event, message_events
from claudeflare.simulator.thinking import ReadConversation, Reader, check_thinking, read_conversation
from claudeflare.simulator.usage import Usage
from claudeflare.simulator.validation import check_length, check_message_request, parse_body
from claudeflare.simulator.visit import Visit


def create_message(visit: Visit, raw: bytes) -> Delivery:
    """The route. Raises ApiError for what is wrong with the request, and 429 for what does not fit any more."""
    world = visit.world
    body = parse_body(raw)
    model = check_message_request(body, visit.version)
    check_thinking(body, model, visit.betas)
    script = read_script(visit.headers.get("x-simulator-answer"))
    conversation = read_conversation(body, _reader(visit, model, body))
    prompt = read_prompt(conversation.body)
    check_length(prompt.tokens, model)
    place = (visit.caller.workspace_id, model.id)
    cached = world.cache.plan(place, prompt, model.min_cacheable_tokens, visit.now)
    given = _circumstances(visit, conversation, _input_side(body, prompt, cached))
    answer = build_answer(conversation.body, script, given)
    fields = world.allowances.take(visit.caller, model, answer.usage, visit.now)
    world.cache.commit(cached, visit.now)
    visit.witness.answered(answer.usage, conversation.transformations)
    if body.get("stream"):
        return _stream(visit, answer, fields)
    output = [0, answer.usage.output]
    return visit.answer(message_json(answer), fields, sum(world.pacing.pauses(output, world.seed, visit.seen.number)))


def _reader(visit: Visit, model: Model, body: dict[str, Any]) -> Reader:
    binding = (body.get("thinking") or {}).get("block_binding") or {}
    return Reader(
        organization_ids=visit.caller.readable_organization_ids,
        model=model,
        enforces_prefix=visit.caller.enforces_thinking_prefix,
        drops_mismatches=isinstance(binding, dict) and binding.get("prefix_mismatch_behavior") == "drop_block",
    )


def _circumstances(visit: Visit, conversation: ReadConversation, usage: Usage) -> Circumstances:
    return Circumstances(
        seed=visit.world.seed,
        message_id=identifier("msg", visit.world.seed, visit.seen.number),
        usage=usage,
        binding=conversation.binding,
        transformations=conversation.transformations if BINDING_CONTROLS in visit.betas else None,
    )


def _input_side(body: dict[str, Any], prompt: Prompt, cached: CacheUse) -> Usage:
    return Usage(
        input=prompt.tokens - cached.read - cached.written,
        cache_write_5m=cached.write_5m,
        cache_write_1h=cached.write_1h,
        cache_read=cached.read,
        speed=body.get("speed") or "standard",
        inference_geo=body.get("inference_geo") or "global",
    )


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
