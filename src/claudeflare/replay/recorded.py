"""Makes requests to be simulated of recorded ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from claudeflare.balancing.affinity import session_key
from claudeflare.providers.anthropic.models import model_class
from claudeflare.replay.request import LONG_CACHE_SECONDS, SHORT_CACHE_SECONDS, ReplayedRequest
from claudeflare.storage.records import RequestSummary

MESSAGES: Final = "/v1/messages"
"""Nothing else counts against limits of input tokens."""
BYTES_PER_TOKEN: Final = 4
SHORTEST_SECONDS: Final = 0.05


class Recorded(msgspec.Struct):
    """What was read from records."""

    requests: list[ReplayedRequest]
    """In the order of their times."""
    refused: int = 0
    """Those that met a limit then: no answer told their tokens, which are taken from the size of their bodies."""
    left_out: int = 0
    """Other endpoints, and requests without known tokens (errors): they are not simulated."""


def replayed(records: Iterable[RequestSummary]) -> Recorded:
    """What of these records can be simulated; they may come in any order."""
    found = Recorded([])
    mean_output = _Mean()
    waiting: list[RequestSummary] = []
    for record in records:
        if record.path != MESSAGES or record.model is None:
            found.left_out += 1
        elif record.tokens.input is not None and record.tokens.output is not None:
            mean_output.add(record.tokens.output)
            found.requests.append(_of_answered(record))
        elif record.status == 429:
            waiting.append(record)
        else:
            found.left_out += 1
    found.refused = len(waiting)
    found.requests += [_of_refused(record, mean_output.value) for record in waiting]
    found.requests.sort(key=lambda request: request.at)
    return found


def _of_answered(record: RequestSummary) -> ReplayedRequest:
    tokens = record.tokens
    long = bool(tokens.cache_write_1h)
    prefix = (tokens.cache_read or 0) + (tokens.cache_write_5m or 0) + (tokens.cache_write_1h or 0)
    first_byte = record.duration_ms if record.first_byte_ms is None else record.first_byte_ms
    seconds = max((record.duration_ms - record.queued_ms) / 1000, SHORTEST_SECONDS)
    return _request(
        record,
        tokens=(tokens.input or 0, prefix, tokens.output or 0),
        seconds=(min(max((first_byte - record.queued_ms) / 1000, 0.0), seconds), seconds),
        cache_seconds=LONG_CACHE_SECONDS if long else SHORT_CACHE_SECONDS,
    )


def _of_refused(record: RequestSummary, output: int) -> ReplayedRequest:
    prefix = record.request_bytes // BYTES_PER_TOKEN
    return _request(record, tokens=(0, prefix, output), seconds=(1.0, 10.0), cache_seconds=SHORT_CACHE_SECONDS)


def _request(
    record: RequestSummary, *, tokens: tuple[int, int, int], seconds: tuple[float, float], cache_seconds: float
) -> ReplayedRequest:
    uncached, prefix, output = tokens
    session = session_key(record.client_key, record.session)
    model = record.served_model or record.model or ""
    return ReplayedRequest(
        at=record.started_at,
        session=session,
        # Without a session nobody knows what belongs together: then nothing does.
        conversation=record.id if record.session is None else f"{session}\n{record.agent_id or ''}",
        model=model,
        model_class=model_class(record.model or ""),
        client_key=record.client_key,
        uncached=uncached,
        prefix=prefix,
        output=output,
        first_byte_seconds=seconds[0],
        answer_seconds=seconds[1],
        body_bytes=record.request_bytes,
        cache_seconds=cache_seconds,
    )


class _Mean:
    def __init__(self) -> None:
        self._sum = self._count = 0

    def add(self, value: int) -> None:
        self._sum += value
        self._count += 1

    @property
    def value(self) -> int:
        return self._sum // self._count if self._count else 0
