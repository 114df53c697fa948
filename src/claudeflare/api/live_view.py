"""What is told -> its JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from pydantic import BaseModel

from claudeflare.api.request_view import request_resource
from claudeflare.api.schemas import events as schemas
from claudeflare.api.times import to_iso, to_iso_or_none
from claudeflare.journal.records import Opened
from claudeflare.live.feed import Event
from claudeflare.live.happenings import sentence
from claudeflare.live.request_news import News
from claudeflare.storage.happenings import Happening
from claudeflare.storage.records import RequestSummary

T = TypeVar("T")

SHOWN: Final = 10
"""Lines of each kind in one tick, 50 in a second: more than anybody reads, and little to send."""


def encoded(event: Event) -> bytes:
    """An event's data as JSON."""
    value = event.value
    if isinstance(value, RequestSummary):
        value = request_resource(value)
    if isinstance(value, BaseModel):
        return value.model_dump_json(by_alias=True).encode()
    assert isinstance(value, list)
    return json.dumps([each.model_dump(by_alias=True) for each in value], separators=(",", ":")).encode()


def request_activity(news: News) -> schemas.RequestActivity:
    """The requests of one tick."""
    return schemas.RequestActivity(
        opened_count=news.opened_count,
        finished_count=news.finished_count,
        failed_count=news.failed_count,
        opened=[opened_request(each) for each in _newest(news.opened)],
        finished=[request_resource(each) for each in _newest(news.finished)],
    )


def opened_request(opened: Opened) -> schemas.OpenedRequest:
    """A request that began."""
    return schemas.OpenedRequest(
        id=opened.id,
        timestamp=to_iso(opened.started_at),
        method=opened.method,
        path=opened.path,
        model=opened.model,
        session_id=opened.session,
        client_key=opened.client_key,
        agent_id=opened.agent_id,
        user_agent=opened.user_agent,
        streaming=opened.streaming,
        request_bytes=opened.request_bytes,
    )


def happening_resource(what: Happening, names: Mapping[str, str]) -> schemas.Happening:
    """One line of the timeline. `names`: account id -> its name now."""
    account = names.get(what.account_id or "") or what.account
    return schemas.Happening(
        at=to_iso(what.at),
        kind=what.kind,
        account=account,
        account_id=what.account_id,
        model_class=what.model_class,
        client_key=what.client_key,
        reason=what.reason,
        until=to_iso_or_none(what.until),
        count=what.count,
        text=sentence(what, account),
    )


def _newest(lines: Sequence[T]) -> Sequence[T]:
    return lines[: -SHOWN - 1 : -1]
