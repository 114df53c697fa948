"""Finished requests as rows, and rows as the lines of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete

from claudeflare.journal.records import Attempt, Finished, Opened
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage import storable
from claudeflare.storage.records import PricedRequest, RequestSummary
from claudeflare.storage.tables import open_requests, request_details, requests
from claudeflare.storage.upsert import upsert

_encoder = msgspec.msgpack.Encoder()
_finished_decoder = msgspec.msgpack.Decoder(Finished)
_opened_decoder = msgspec.msgpack.Decoder(Opened)

_SAME_NAME = tuple(set(RequestSummary.__struct_fields__) - {"account", "tokens"})
"""Fields of a summary that are columns of the same name."""


def write_finished(connection: Connection, finished: Sequence[PricedRequest]) -> None:
    """Insert or replace records with their details; the requests are open no longer. Of one id the last wins."""
    if not finished:
        return
    latest = {request.finished.id: request for request in finished}
    upsert(connection, requests, [request_row(request) for request in latest.values()])
    details = [{"request_id": key, "finished": _encoder.encode(each.finished)} for key, each in latest.items()]
    upsert(connection, request_details, details)
    ended = delete(open_requests).where(open_requests.c.id == bindparam("ended_id"))
    connection.execute(ended, [{"ended_id": key} for key in latest])


def request_row(request: PricedRequest) -> dict[str, Any]:
    """One record as a row of `requests`."""
    finished = request.finished
    return {
        "id": finished.id,
        "started_at": finished.started_at,
        "method": storable.text(finished.method),
        "path": storable.text(finished.path),
        "model": storable.text_or_none(finished.model),
        "served_model": storable.text_or_none(finished.served_model),
        "streaming": finished.streaming,
        "account_id": finished.account_id,
        "account": finished.account,
        "client_key": storable.text_or_none(finished.client_key),
        "session": storable.text_or_none(finished.session),
        "agent_id": storable.text_or_none(finished.agent_id),
        "user_agent": storable.text_or_none(finished.user_agent),
        "policy": finished.policy,
        "status": finished.status,
        "terminal_state": finished.terminal_state,
        "success": finished.terminal_state == "complete" and finished.status < 400,
        "error_type": storable.text_or_none(finished.error_type),
        "error_message": storable.text_or_none(finished.error_message),
        "stop_reason": storable.text_or_none(finished.stop_reason),
        "duration_ms": finished.duration_ms,
        "first_byte_ms": finished.first_byte_ms,
        "first_content_ms": finished.first_content_ms,
        "overhead_ms": finished.overhead_ms,
        "queued_ms": finished.queued_ms,
        "failover_attempts": failover_attempts(finished.attempts),
        "request_bytes": storable.count(finished.request_bytes),
        "response_bytes": storable.count(finished.response_bytes),
        "usage_estimated": finished.usage_estimated,
        "cost_usd": request.cost_usd,
        "price_version": request.price_version,
    } | _token_columns(request.tokens)


def _token_columns(tokens: TokenCounts) -> dict[str, int | None]:
    return {
        "input_tokens": storable.count_or_none(tokens.input),
        "cache_write_5m_tokens": storable.count_or_none(tokens.cache_write_5m),
        "cache_write_1h_tokens": storable.count_or_none(tokens.cache_write_1h),
        "cache_read_tokens": storable.count_or_none(tokens.cache_read),
        "output_tokens": storable.count_or_none(tokens.output),
        "thinking_tokens": storable.count_or_none(tokens.thinking),
        "web_searches": storable.count_or_none(tokens.web_searches),
    }


def failover_attempts(attempts: Sequence[Attempt]) -> int:
    """Accounts tried beyond the first."""
    return max(0, len({attempt.account_id for attempt in attempts}) - 1)


def summary(row: Row[Any]) -> RequestSummary:
    """A row of `requests`, with `account_name` beside it, as a line of a list."""
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
    return RequestSummary(account=row.account_name, tokens=tokens, **given)


def decode_finished(data: bytes) -> Finished:
    """The details of one record."""
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
