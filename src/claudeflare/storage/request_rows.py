"""Finished requests as rows, and rows as the lines of a list."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Row, String

from claudeflare.journal.records import Attempt, Finished, Opened
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage import storable
from claudeflare.storage.records import PricedRequest, RequestSummary
from claudeflare.storage.tables import requests

_encoder = msgspec.msgpack.Encoder()
_finished_decoder = msgspec.msgpack.Decoder(Finished)
_opened_decoder = msgspec.msgpack.Decoder(Opened)

_SAME_NAME = tuple(set(RequestSummary.__struct_fields__) - {"account", "tokens", "tried"})
"""Fields of a summary that are columns of the same name."""

_FINISHED: Final = tuple(column.name for column in requests.c if column.name in Finished.__struct_fields__)
"""Columns that are fields of the record of the same name."""
_TOKENS: Final = {
    **{f"{kind}_tokens": kind for kind in TokenCounts.__struct_fields__ if f"{kind}_tokens" in requests.c},
    "web_searches": "web_searches",
}
"""Columns that are counters, and what those call them."""
_TEXTS: Final = tuple(
    column.name for column in requests.c if isinstance(column.type, String) and not column.primary_key
)
_COUNTS: Final = tuple(column.name for column in requests.c if isinstance(column.type, BigInteger))

_of_finished = attrgetter(*_FINISHED)
_of_tokens = attrgetter(*_TOKENS.values())


def request_columns(records: Sequence[PricedRequest]) -> list[Sequence[Any]]:
    """Records, at least one, as columns of `requests` in the table's order.

    By column, because then a value that many records share is looked at once, and most of the work is done in C.
    """
    finished = [each.finished for each in records]
    columns: dict[str, Sequence[Any]] = dict(
        zip(_FINISHED, zip(*map(_of_finished, finished), strict=True), strict=True)
    )
    tokens = zip(*[_of_tokens(each.tokens) for each in records], strict=True)
    columns |= zip(_TOKENS, tokens, strict=True)
    columns["success"] = [each.terminal_state == "complete" and each.status < 400 for each in finished]
    columns["failover_attempts"] = [failover_attempts(each.attempts) for each in finished]
    columns["cost_usd"] = [each.cost_usd for each in records]
    columns["price_version"] = [each.price_version for each in records]
    columns["cache_saved_usd"] = [each.cache_saved_usd for each in records]
    columns |= {name: storable.texts(columns[name]) for name in _TEXTS}
    columns |= {name: storable.counts(columns[name]) for name in _COUNTS}
    return [columns[column.name] for column in requests.c]


def failover_attempts(attempts: Sequence[Attempt]) -> int:
    """Accounts tried beyond the first."""
    return len({attempt.account_id for attempt in attempts}) - 1 if len(attempts) > 1 else 0


def summary(row: Row[Any], tried: tuple[str, ...] = ()) -> RequestSummary:
    """A row of `requests`, with `account_name` beside it, as a line of a list; see `tried_accounts`."""
    tokens = TokenCounts(
        input=row.input_tokens,
        cache_write_5m=row.cache_write_5m_tokens,
        cache_write_1h=row.cache_write_1h_tokens,
        cache_read=row.cache_read_tokens,
        output=row.output_tokens,
        thinking=row.thinking_tokens,
        web_searches=row.web_searches,
    )
    given = {field: getattr(row, field) for field in _SAME_NAME}
    return RequestSummary(account=row.account_name, tokens=tokens, tried=tried, **given)


def encode_finished(finished: Finished) -> bytes:
    """The details of one record, as they are stored."""
    return _encoder.encode(finished)


def decode_finished(data: bytes) -> Finished:
    """The reverse of `encode_finished`."""
    return _finished_decoder.decode(data)


def encode_opened(opened: Opened) -> bytes:
    """An open request, kept for the case that nothing more is heard of it."""
    return _encoder.encode(opened)


def decode_opened(data: bytes) -> Opened:
    """The reverse of `encode_opened`."""
    return _opened_decoder.decode(data)


def died_with_gateway(opened: Opened, ended_at: float) -> PricedRequest:
    """The record of a request whose gateway ended before it did.

    Its tokens and cost stay unknown: what the upstream did may have been billed.
    """
    finished = Finished(
        id=opened.id,
        started_at=opened.started_at,
        method=opened.method,
        path=opened.path,
        query=opened.query,
        client_key=opened.client_key,
        session=opened.session,
        model=opened.model,
        streaming=opened.streaming,
        user_agent=opened.user_agent,
        agent_id=opened.agent_id,
        parent_agent_id=opened.parent_agent_id,
        request_bytes=opened.request_bytes,
        prefix_hash=opened.prefix_hash,
        terminal_state="error",
        status=500,
        duration_ms=max(0.0, (ended_at - opened.started_at) * 1000),
        error_type="gateway_died",
        error_message="The gateway process ended while it served this request, so how far the answer came is unknown.",
    )
    return PricedRequest(finished=finished, tokens=TokenCounts())
