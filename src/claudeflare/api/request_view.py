"""Stored request records -> their JSON shapes. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from claudeflare.analytics.agents import agent_of, client_of
from claudeflare.api.schemas.requests import (
    AttemptResource,
    CandidateResource,
    Explanation,
    PickResource,
    RequestDetail,
    RequestResource,
    Step,
)
from claudeflare.api.times import to_iso, to_iso_or_none
from claudeflare.balancing.decision import Candidate, Pick
from claudeflare.journal.records import Attempt, Finished
from claudeflare.storage.records import RequestSummary


def tokens_per_second(summary: RequestSummary) -> float | None:
    """Output tokens over the time they streamed in: from the answer's first byte to its end.

    None where that says nothing: no stream, no output, or no time between the two.
    """
    if not summary.streaming or summary.first_byte_ms is None or not summary.tokens.output:
        return None
    streamed_ms = summary.duration_ms - summary.first_byte_ms
    return summary.tokens.output * 1000 / streamed_ms if streamed_ms > 0 else None


def request_resource(summary: RequestSummary) -> RequestResource:
    """One line of the list."""
    return RequestResource.model_validate(_summary_fields(summary))


def request_detail(summary: RequestSummary, finished: Finished) -> RequestDetail:
    """Everything on record."""
    same = (
        "query organization_id parent_agent_id message_id upstream_request_id content_encoding prefix_hash "
        "would_refuse usage"
    )
    return RequestDetail.model_validate(
        _summary_fields(summary)
        | {name: getattr(finished, name) for name in same.split()}
        | {
            "attempts": [attempt_resource(attempt) for attempt in finished.attempts],
            "picks": [pick_resource(pick) for pick in finished.picks],
        }
    )


def explanation(summary: RequestSummary, finished: Finished) -> Explanation:
    """Why the request went where it went."""
    return Explanation(
        id=summary.id,
        timestamp=to_iso(summary.started_at),
        policy=summary.policy,
        account_used=summary.account,
        status_code=summary.status,
        terminal_state=summary.terminal_state,
        error_message=summary.error_message,
        steps=list(_steps(finished)),
    )


def pick_resource(pick: Pick) -> PickResource:
    """One question to the policy."""
    return PickResource(policy=pick.policy, why=pick.why, candidates=[_candidate(each) for each in pick.candidates])


def attempt_resource(attempt: Attempt) -> AttemptResource:
    """One upstream attempt."""
    body = attempt.error_body
    return AttemptResource(
        account=attempt.account,
        account_id=attempt.account_id,
        started_ms=attempt.started_ms,
        connected_ms=attempt.connected_ms,
        first_byte_ms=attempt.first_byte_ms,
        ended_ms=attempt.ended_ms,
        status=attempt.status,
        outcome=attempt.outcome,
        message=attempt.message,
        next_step=attempt.next_step,
        upstream_request_id=attempt.upstream_request_id,
        error_body=None if body is None else body.decode(errors="replace"),
        maybe_billed=attempt.maybe_billed,
    )


def _summary_fields(summary: RequestSummary) -> dict[str, object]:
    tokens = summary.tokens
    writes = [count for count in (tokens.cache_write_5m, tokens.cache_write_1h) if count is not None]
    same = (
        "id method path account_id success terminal_state error_type error_message first_byte_ms overhead_ms queued_ms "
        "failover_attempts client_key agent_id user_agent policy model served_model streaming usage_estimated cost_usd "
        "price_version stop_reason request_bytes response_bytes"
    )
    return {name: getattr(summary, name) for name in same.split()} | {
        "timestamp": to_iso(summary.started_at),
        "account_used": summary.account,
        "tried_accounts": list(summary.tried),
        "status_code": summary.status,
        "response_time_ms": summary.duration_ms,
        "ttft_ms": summary.first_content_ms,
        "session_id": summary.session,
        "agent": agent_of(summary.user_agent, summary.agent_id),
        "client": client_of(summary.user_agent),
        "input_tokens": tokens.input,
        "cache_read_input_tokens": tokens.cache_read,
        "cache_creation_input_tokens": sum(writes) if writes else None,
        "cache_creation5m_tokens": tokens.cache_write_5m,
        "cache_creation1h_tokens": tokens.cache_write_1h,
        "output_tokens": tokens.output,
        "tokens_per_second": tokens_per_second(summary),
    }


def _candidate(candidate: Candidate) -> CandidateResource:
    return CandidateResource(
        account=candidate.account,
        score=candidate.score,
        out=candidate.out,
        until=to_iso_or_none(candidate.until),
        chosen=candidate.chosen,
    )


def _steps(finished: Finished) -> Iterator[Step]:
    """Picks and attempts as they happened: each pick, then its attempts up to the one that moved to another account."""
    attempts = iter(finished.attempts)
    for pick in finished.picks:
        yield Step(text=pick.why, pick=pick_resource(pick), attempt=None)
        for attempt in attempts:
            yield _attempt_step(attempt)
            if attempt.next_step == "another":
                break
    # Requests that were not balanced (the caller's own credential) have attempts and no pick.
    for attempt in attempts:
        yield _attempt_step(attempt)


def _attempt_step(attempt: Attempt) -> Step:
    where = attempt.account or "the caller's own credential"
    ended = attempt.outcome.replace("_", " ") or "not ended"
    status = f" ({attempt.status})" if attempt.status is not None else ""
    reason = f": {attempt.message}" if attempt.message else ""
    then = f"; then {attempt.next_step}" if attempt.next_step else ""
    return Step(text=f"{where}: {ended}{status}{reason}{then}", pick=None, attempt=attempt_resource(attempt))
