"""A peek at a request: model, stream, session and agents, without a full parse and without ever failing."""

from __future__ import annotations

from typing import Final

import msgspec

from claudeflare.providers.anthropic import endpoints, json_shapes, session_key
from claudeflare.providers.anthropic.headers import stated
from claudeflare.providers.anthropic.json_shapes import Body, Metadata
from claudeflare.providers.anthropic.lenient_json import UNREADABLE, text
from claudeflare.providers.anthropic.models import MAX_ID_LENGTH, model_class
from claudeflare.providers.anthropic.threads import thread_in, turn_of
from claudeflare.providers.provider import Named, RequestFacts

_SESSION_HEADERS: Final = (b"x-claudeflare-session", b"x-claude-code-session-id")
_AGENT: Final = b"x-claude-code-agent-id"
_PARENT_AGENT: Final = b"x-claude-code-parent-agent-id"
_ENCODING: Final = b"content-encoding"


def facts(method: bytes, path: bytes, named: Named, body: bytes | None) -> RequestFacts:
    """What routing and the record need to know. A compressed body is not looked at, an unreadable one says nothing."""
    path = endpoints.without_query(path)
    auxiliary = not endpoints.is_messages(method, path)
    readable = body and _ENCODING not in named and endpoints.names_model(path)
    content = _parse(body) if body and readable else Body()
    model = content.model[:MAX_ID_LENGTH] if content.model else None
    family = model_class(model) if model else ""
    session = stated_session = _stated_session(named, content)
    if session is None:
        session = session_key.session_from_content(content.system, content.messages)
    thread = content.thread
    return RequestFacts(
        model=model,
        model_class=endpoints.limit_pool(path) if auxiliary else family,
        streaming=content.stream is True,
        session=session,
        agent_id=_bounded(stated(named, _AGENT)),
        parent_agent_id=_bounded(stated(named, _PARENT_AGENT)),
        prefix_hash=session_key.prefix_hash(content.tools, content.system, content.messages),
        auxiliary=auxiliary,
        thread=None if thread is None else turn_of(thread, session_stated=stated_session is not None),
    )


def _parse(body: bytes) -> Body:
    try:
        return json_shapes.body.decode(body)
    except msgspec.ValidationError:
        pass
    except UNREADABLE:
        return Body()
    try:
        odd = json_shapes.odd_body.decode(body)
    except UNREADABLE:
        return Body()
    return Body(
        model=text(odd.model),
        stream=bytes(odd.stream) == b"true",
        metadata=Metadata(session_key.user_id_in(odd.metadata)),
        tools=odd.tools,
        system=odd.system,
        messages=session_key.messages_in(odd.messages),
        thread=thread_in(odd.thread),
    )


def _stated_session(named: Named, content: Body) -> str | None:
    """The first that exists of: our header, Claude Code's header, `metadata.user_id`. Else the conversation's beginning
    has to do.

    Never the model: a conversation that changes models must stay where its cache is.
    """
    for name in _SESSION_HEADERS:
        if (session := stated(named, name)) is not None:
            return session_key.bounded(session)
    user_id = content.metadata.user_id if content.metadata is not None else None
    return session_key.session_in_user_id(user_id) if user_id else None


def _bounded(value: str | None) -> str | None:
    return value and value[: session_key.MAX_LENGTH]
