"""Conversations the API holds between turns (beta): a request that continues one sends only what is new."""

from __future__ import annotations

from typing import Any

import msgspec

from claudeflare.simulator.betas import MESSAGE_THREADS
from claudeflare.simulator.errors import ApiError, invalid
from claudeflare.simulator.resources.shelf import Shelf
from claudeflare.simulator.seen import SeenRequest

KEPT_SECONDS = 300
"""After the last turn."""
CREATE_ONLY = ("system", "tools")
"""Taken from the thread: a turn that continues it leaves them out."""
UNSUPPORTED = ("cache_control", "context_management", "fallbacks")


class Thread(msgspec.Struct, kw_only=True):
    """The state under one answer's id."""

    head: dict[str, Any]
    """The fields of CREATE_ONLY."""
    messages: list[dict[str, Any]]
    """The answer among them."""
    answered_at: float
    continued_by: SeenRequest | None = None


class Threads:
    """All threads of one simulator."""

    def __init__(self) -> None:
        self._shelf: Shelf[Thread] = Shelf()

    def whole(self, body: dict[str, Any], betas: list[str], workspace_id: str, now: float) -> dict[str, Any]:
        """The request as if its conversation had been sent whole. Raises ApiError when the thread cannot be used."""
        asked = body.get("thread")
        if asked is None:
            return body
        if MESSAGE_THREADS not in betas:
            raise invalid("thread: Extra inputs are not permitted")
        kind = asked.get("type") if isinstance(asked, dict) else None
        if kind not in ("create", "continue"):
            raise invalid("thread: Input tag does not match any of the expected tags: 'create', 'continue'")
        if unsupported := [name for name in UNSUPPORTED if body.get(name) is not None]:
            message = f"thread cannot be combined with {', '.join(unsupported)}"
            raise _error(400, message, "thread_unsupported_request", unsupported=unsupported)
        if kind == "create":
            return body
        thread = self._continued(body, workspace_id, now)
        new = body.get("messages")
        messages = [*thread.messages, *new] if isinstance(new, list) else new
        return {**body, **thread.head, "messages": messages}

    def claim(self, body: dict[str, Any], workspace_id: str, seen: SeenRequest) -> None:
        """Note that a request, found right, continues its thread: no other can."""
        asked = body.get("thread") or {}
        thread = self._shelf.find(workspace_id, asked.get("previous_message_id", ""))
        if thread is not None:
            thread.continued_by = seen

    def keep(
        self, whole: dict[str, Any], workspace_id: str, answer: tuple[str, list[dict[str, Any]]], now: float
    ) -> None:
        """Hold the conversation under the id of its answer, given with the answer's content, if the request asks so."""
        message_id, content = answer
        if whole.get("thread") is None or not content:
            return
        self._shelf.forget(workspace_id, lambda thread: thread.answered_at + KEPT_SECONDS <= now)
        head = {name: whole[name] for name in CREATE_ONLY if name in whole}
        messages = [*whole["messages"], {"role": "assistant", "content": content}]
        self._shelf.put(workspace_id, message_id, Thread(head=head, messages=messages, answered_at=now))

    def _continued(self, body: dict[str, Any], workspace_id: str, now: float) -> Thread:
        previous = body["thread"].get("previous_message_id")
        if not isinstance(previous, str):
            raise invalid("thread.continue.previous_message_id: Field required")
        thread = self._shelf.find(workspace_id, previous)
        if thread is None or thread.answered_at + KEPT_SECONDS <= now:
            raise _error(404, f"No usable thread was found for `{previous}`.", "thread_not_found")
        if thread.continued_by is not None:
            over = thread.continued_by.ended_at is not None
            code = "thread_already_continued" if over else "thread_continue_in_flight"
            state = "has already been continued" if over else "is being continued by another request"
            raise _error(400, f"The response `{previous}` {state}.", code)
        if changed := [name for name in CREATE_ONLY if name in body and body[name] != thread.head.get(name)]:
            message = f"These fields differ from those the thread was created with: {', '.join(changed)}"
            raise _error(400, message, "thread_fingerprint_mismatch")
        return thread


def _error(status: int, message: str, code: str, **details: Any) -> ApiError:
    return ApiError(status, message, details={"error_code": code, **details})
