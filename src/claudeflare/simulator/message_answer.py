"""From the body of a message request to its answer, whoever asks: a request of its own, or one of a batch."""

from __future__ import annotations

from typing import Any

import msgspec

from claudeflare.simulator.asker import Asker
from claudeflare.simulator.betas import BINDING_CONTROLS
from claudeflare.simulator.cache import CacheUse
from claudeflare.simulator.catalog import Model
from claudeflare.simulator.messages import Answer, Circumstances, build_answer
from claudeflare.simulator.prompt import Prompt, read_prompt
from claudeflare.simulator.resources.code_execution import Execution, execute
from claudeflare.simulator.resources.containers import Container
from claudeflare.simulator.resources.references import check_files
from claudeflare.simulator.thinking import ReadConversation, Reader, check_thinking, read_conversation
from claudeflare.simulator.usage import Usage
from claudeflare.simulator.validation import check_length, check_message_request
from claudeflare.simulator.world import World


class Composition(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, and what will be remembered of it if it is given."""

    asker: Asker
    model: Model
    conversation: ReadConversation
    answer: Answer
    cached: CacheUse
    container: Container | None
    execution: Execution | None

    def keep(self, world: World) -> None:
        """Remember it: its cached prefixes, its container, the file it wrote."""
        workspace_id = self.asker.account.workspace_id
        world.cache.commit(self.cached, self.asker.now)
        if self.container is not None:
            world.holdings.containers.keep(self.container, workspace_id)
        if self.execution is not None and self.execution.file is not None:
            world.holdings.files.put(workspace_id, self.execution.file.id, self.execution.file)


def compose(world: World, asker: Asker, body: dict[str, Any], message_id: str) -> Composition:
    """The answer to this body. Changes nothing. Raises ApiError for what is wrong with the request."""
    model = check_message_request(body, asker.version)
    check_thinking(body, model, asker.betas)
    workspace_id = asker.account.workspace_id
    check_files(body, world.holdings.files, workspace_id, asker.now)
    container = world.holdings.containers.for_request(body, workspace_id, message_id, asker.now)
    conversation = read_conversation(body, _reader(asker, model, body))
    prompt = read_prompt(conversation.body)
    check_length(prompt.tokens, model)
    cached = world.cache.plan((workspace_id, model.id), prompt, model.min_cacheable_tokens, asker.now)
    execution = execute(conversation.body, message_id, asker.now)
    given = Circumstances(
        seed=world.seed,
        message_id=message_id,
        usage=_input_side(asker, body, prompt, cached),
        binding=conversation.binding,
        transformations=conversation.transformations if BINDING_CONTROLS in asker.betas else None,
        container=container.json() if container is not None else None,
        execution=execution,
    )
    return Composition(
        asker=asker,
        model=model,
        conversation=conversation,
        answer=build_answer(conversation.body, asker.script, given),
        cached=cached,
        container=container,
        execution=execution,
    )


def _reader(asker: Asker, model: Model, body: dict[str, Any]) -> Reader:
    binding = (body.get("thinking") or {}).get("block_binding") or {}
    return Reader(
        organization_ids=asker.account.readable_organization_ids,
        model=model,
        enforces_prefix=asker.account.enforces_thinking_prefix,
        drops_mismatches=isinstance(binding, dict) and binding.get("prefix_mismatch_behavior") == "drop_block",
    )


def _input_side(asker: Asker, body: dict[str, Any], prompt: Prompt, cached: CacheUse) -> Usage:
    return Usage(
        input=prompt.tokens - cached.read - cached.written,
        cache_write_5m=cached.write_5m,
        cache_write_1h=cached.write_1h,
        cache_read=cached.read,
        speed=body.get("speed") or "standard",
        service_tier=asker.service_tier,
        inference_geo=body.get("inference_geo") or "global",
    )
