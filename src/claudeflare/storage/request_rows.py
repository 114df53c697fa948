"""Finished requests as rows, and rows as the lines of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row

from claudeflare.journal.records import Attempt, Finished, Opened
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage import storable
from claudeflare.storage.records import PricedRequest, RequestSummary

_encoder = msgspec.msgpack.Encoder()
_finished_decoder = msgspec.msgpack.Decoder(Finished)
_opened_decoder = msgspec.msgpack.Decoder(Opened)

_SAME_NAME = tuple(set(RequestSummary.__struct_fields__) - {"account", "tokens"})
"""Fields of a summary that are columns of the same name."""


def request_row(request: PricedRequest) -> tuple[Any, ...]:
    """One record as a row of `requests`, in the order of its columns."""
    finished, tokens = request.finished, request.tokens
    text, text_or_none = storable.text, storable.text_or_none
    count, count_or_none = storable.count, storable.count_or_none
    return (
        finished.id,
        finished.started_at,
        text(finished.method),
        text(finished.path),
        text_or_none(finished.model),
        text_or_none(finished.served_model),
        finished.streaming,
        finished.account_id,
        finished.account,
        text_or_none(finished.client_key),
        text_or_none(finished.session),
        text_or_none(finished.agent_id),
        text_or_none(finished.user_agent),
        finished.policy,
        finished.status,
        finished.terminal_state,
        finished.terminal_state == "complete" and finished.status < 400,
        text_or_none(finished.error_type),
        text_or_none(finished.error_message),
        text_or_none(finished.stop_reason),
        finished.duration_ms,
        finished.first_byte_ms,
        finished.first_content_ms,
        finished.overhead_ms,
        finished.queued_ms,
        failover_attempts(finished.attempts),
        count(finished.request_bytes),
        count(finished.response_bytes),
        count_or_none(tokens.input),
        count_or_none(tokens.cache_write_5m),
        count_or_none(tokens.cache_write_1h),
        count_or_none(tokens.cache_read),
        count_or_none(tokens.output),
        count_or_none(tokens.thinking),
        count_or_none(tokens.web_searches),
        finished.usage_estimated,
        request.cost_usd,
        request.price_version,
    )


def failover_attempts(attempts: Sequence[Attempt]) -> int:
    """Accounts tried beyond the first."""
    return len({attempt.account_id for attempt in attempts}) - 1 if len(attempts) > 1 else 0


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
