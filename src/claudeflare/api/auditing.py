"""Writes every change made through the API into the audit log, whatever route made it.

A dependency of the whole application looks at what is about to change; an ASGI middleware looks again once the route
has succeeded, and writes the difference down before the answer goes out. A new route needs to do nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from anyio.to_thread import run_sync
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from claudeflare.access.caller import Caller
from claudeflare.api.audited_subjects import Subject, look
from claudeflare.api.security import SAFE_METHODS
from claudeflare.api.services import Services
from claudeflare.errors import StorageError
from claudeflare.storage.audit import AuditEntry

log = logging.getLogger(__name__)

CHANGE_NOTHING: Final = frozenset({"simulate"})
"""Actions that are sent as a POST because they take a body, and leave everything as it is."""


@dataclass(slots=True)
class _Change:
    """One request that may change something."""

    action: str
    path: str
    params: Mapping[str, Any]
    subject: Subject
    note: Mapping[str, Any] | None = None


async def audited(request: Request) -> None:
    """Dependency of every route: what a write is about, as it is before."""
    if request.method in SAFE_METHODS:
        return
    action = request.scope["route"].name.replace("_", "-")
    if action not in CHANGE_NOTHING:
        path, params = request.url.path, dict(request.path_params)
        subject = await run_sync(look, request.app.state.services, path, params)
        request.state.change = _Change(action, path, params, subject)


def note(request: Request, *, subject: str | None = None, **after: Any) -> None:
    """Say in the audit log what a look at the subject does not show. Never a secret."""
    change: _Change = request.state.change
    change.note = {**(change.note or {}), **after}
    if subject is not None:
        change.subject = replace(change.subject, name=subject)


class Auditing:
    """ASGI middleware around the routes."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        made: list[Message] = []
        """The answer's head, kept until its body has told what was made."""

        async def sending(message: Message) -> None:
            change: _Change | None = state.get("change")
            if message["type"] == "http.response.start" and change is not None:
                if 200 <= message["status"] < 300:
                    if change.subject.name is None and _is_json(message):
                        made.append(message)
                        return
                    await run_sync(self._write, change, state["caller"], None)
            elif made and change is not None:
                made.append(message)
                if message.get("more_body", False):
                    return
                body = b"".join(each.get("body", b"") for each in made)
                await run_sync(self._write, change, state["caller"], body)
                for each in made:
                    await send(each)
                return
            await send(message)

        await self._app(scope, receive, sending)

    def _write(self, change: _Change, caller: Caller, made: bytes | None) -> None:
        before, params = change.subject, change.params
        if made is not None:
            params = {**params, **_identity(made)}
        try:
            after = look(self._services, change.path, params, before.key)
            self._services.audit.append(self._entry(change, caller, after))
        except StorageError as error:
            # It has happened: to answer with an error would be wrong. The server's log has it instead.
            log.error(
                "%s of %s by %s from %s is not in the audit log: %s",
                change.action,
                before.name,
                caller.kind,
                caller.address,
                error,
            )

    def _entry(self, change: _Change, caller: Caller, after: Subject) -> AuditEntry:
        before = change.subject
        was, is_now = _difference(before.values, after.values)
        return AuditEntry(
            at=self._services.clock(),
            who=caller.kind,
            session_id=caller.session_id,
            address=caller.address or None,
            action=change.action,
            subject=before.name or after.name,
            before=was,
            after={**(is_now or {}), **(change.note or {})} or None,
        )


def _is_json(head: Message) -> bool:
    return any(name == b"content-type" and value.startswith(b"application/json") for name, value in head["headers"])


def _identity(body: bytes) -> dict[str, Any]:
    """What was made, as its own JSON names it. Only these two fields are looked at: there may be a secret beside."""
    try:
        resource = json.loads(body)
    except ValueError:
        return {}
    named = resource if isinstance(resource, dict) else {}
    return {f"made_{name}": named[name] for name in ("id", "name") if name in named}


def _difference(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Both without what they have in common."""
    changed = [
        name
        for name in {**(before or {}), **(after or {})}
        if before is None or after is None or before.get(name) != after.get(name)
    ]
    return (
        {name: before[name] for name in changed if name in before} or None if before is not None else None,
        {name: after[name] for name in changed if name in after} or None if after is not None else None,
    )
