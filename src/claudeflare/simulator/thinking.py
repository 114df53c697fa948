"""Thinking that comes back in a request: kept, removed or refused by what it is bound to (API docs).

A block is bound to the model that made it, on the newest models to the organization, and to the conversation before it:
tools, system and messages, but not to other thinking, which clients may leave out.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import msgspec

from claudeflare.simulator.betas import BINDING_CONTROLS
from claudeflare.simulator.catalog import Model
from claudeflare.simulator.conversation import blocks_of
from claudeflare.simulator.errors import ApiError, invalid
from claudeflare.simulator.prompt import block_digest, framing
from claudeflare.simulator.signatures import Binding, bind, read_signature

THINKING = ("thinking", "redacted_thinking")
MIN_BUDGET_TOKENS = 1024

Reason = Literal["organization_binding_mismatch", "model_binding_mismatch", "prefix_binding_mismatch"]


class InputTransformation(msgspec.Struct, frozen=True):
    """What was done with one block that failed a check."""

    type: Literal["thinking_dropped", "thinking_mismatch_allowed"]
    path: str
    reason: Reason


class Reader(msgspec.Struct, frozen=True):
    """Who reads the conversation now."""

    organization_ids: tuple[str, ...]
    """Its own, then those whose thinking it may read too."""
    model: Model
    enforces_prefix: bool = True
    drops_mismatches: bool = False
    """Instead of refusing the request."""

    @property
    def organization_bound(self) -> str | None:
        """The organization its new thinking is bound to, if the model does that."""
        return self.organization_ids[0] if self.model.binds_organization else None


class ReadConversation(msgspec.Struct, frozen=True):
    """A request as the model sees it."""

    body: dict[str, Any]
    """Without the blocks that were removed."""
    transformations: tuple[InputTransformation, ...]
    binding: Binding
    """Of the thinking in its answer."""


def check_thinking(body: dict[str, Any], model: Model, betas: list[str]) -> None:
    """Raises ApiError 400 when the field `thinking` cannot be meant."""
    thinking = body.get("thinking")
    if thinking is None:
        return
    kind = thinking.get("type") if isinstance(thinking, dict) else None
    if kind not in ("enabled", "adaptive", "disabled", "between_tools"):
        raise invalid("thinking: Input tag does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'")
    if kind == "adaptive" and not model.thinks_adaptively:
        raise invalid("adaptive thinking is not supported on this model")
    if kind == "enabled":
        _check_budget(thinking.get("budget_tokens"), body.get("max_tokens"))
    if "block_binding" in thinking and BINDING_CONTROLS not in betas:
        raise invalid(f"thinking.{kind}.block_binding: Extra inputs are not permitted")


def read_conversation(body: dict[str, Any], reader: Reader) -> ReadConversation:
    """The conversation without the thinking this reader may not see.

    Raises ApiError 400 for a signature that was never made, and for a conversation that is not the block's own.
    """
    digest = hashlib.sha256(framing(body))
    messages, found = [], list[InputTransformation]()
    for number, message in enumerate(body["messages"]):
        kept, dropping = [], False
        for position, block in enumerate(blocks_of(message)):
            if block["type"] not in THINKING:
                digest.update(block_digest(message["role"], block))
                dropping = False
            else:
                path = f"messages.{number}.content.{position}"
                outcome = _judge(path, block, digest.hexdigest(), reader, dropping=dropping)
                if outcome is not None:
                    found.append(outcome)
                    dropping = outcome.type == "thinking_dropped" and outcome.reason == "prefix_binding_mismatch"
                    if outcome.type == "thinking_dropped":
                        continue
            kept.append(block)
        messages.append(message if len(kept) == len(blocks_of(message)) else {**message, "content": kept})
    binding = bind(reader.organization_bound, reader.model.id, digest.hexdigest())
    return ReadConversation({**body, "messages": messages}, tuple(found), binding)


def _judge(
    path: str, block: dict[str, Any], prefix_hash: str, reader: Reader, *, dropping: bool
) -> InputTransformation | None:
    if dropping:
        # The rest of a turn's consecutive thinking goes with the block whose conversation was another.
        return InputTransformation("thinking_dropped", path, "prefix_binding_mismatch")
    if block["type"] == "redacted_thinking":
        return None
    made = read_signature(block["signature"], block["thinking"])
    if made is None:
        raise _refused(path)
    reason = _mismatch(made, prefix_hash, reader)
    if reason == "prefix_binding_mismatch" and not reader.enforces_prefix:
        return InputTransformation("thinking_mismatch_allowed", path, reason)
    if reason == "prefix_binding_mismatch" and not reader.drops_mismatches:
        raise _refused(
            path,
            ". The block is bound to a different conversation: the content before it has changed since it was created. "
            "Send the conversation back unchanged, or leave the block out.",
        )
    return InputTransformation("thinking_dropped", path, reason) if reason else None


def _mismatch(made: Binding, prefix_hash: str, reader: Reader) -> Reason | None:
    """The first check that fails, in the API's order."""
    here = [bind(organization_id, reader.model.id, prefix_hash) for organization_id in reader.organization_ids]
    if made.organization and made.organization not in [binding.organization for binding in here]:
        return "organization_binding_mismatch"
    if made.model != here[0].model:
        return "model_binding_mismatch"
    return "prefix_binding_mismatch" if made.prefix != here[0].prefix else None


def _check_budget(budget: Any, max_tokens: Any) -> None:
    if not isinstance(budget, int) or isinstance(budget, bool):
        missing = budget is None
        raise invalid(
            f"thinking.enabled.budget_tokens: {'Field required' if missing else 'Input should be an integer'}"
        )
    if budget < MIN_BUDGET_TOKENS:
        raise invalid(f"thinking.enabled.budget_tokens: Input should be greater than or equal to {MIN_BUDGET_TOKENS}")
    # count_tokens asks for no max_tokens.
    if isinstance(max_tokens, int) and max_tokens <= budget:
        raise invalid("`max_tokens` must be greater than `thinking.budget_tokens`")


def _refused(path: str, why: str = "") -> ApiError:
    return invalid(f"{path}: Invalid `signature` in `thinking` block{why}")
