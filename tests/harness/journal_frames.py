"""Records as a gateway would write them, for tests of both sides of the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from claudeflare.balancing.change import SessionBound
from claudeflare.balancing.decision import Candidate, Pick
from claudeflare.journal.records import Attempt, Changed, Finished, Opened
from claudeflare.journal.segments import SegmentHeader, SegmentName, encode_header

STARTED_AT = 1_795_000_000.0
USAGE = {
    "input_tokens": 10,
    "cache_creation_input_tokens": 2000,
    "cache_read_input_tokens": 90_000,
    "cache_creation": {"ephemeral_5m_input_tokens": 2000, "ephemeral_1h_input_tokens": 0},
    "output_tokens": 500,
    "service_tier": "standard",
}


def opened(request_id: str, **fields: Any) -> Opened:
    usual: dict[str, Any] = {"id": request_id, "started_at": STARTED_AT, "method": "POST", "path": "/v1/messages"}
    return Opened(**usual | fields)


def finished(request_id: str, **fields: Any) -> Finished:
    usual: dict[str, Any] = {
        "id": request_id,
        "started_at": STARTED_AT,
        "method": "POST",
        "path": "/v1/messages",
        "terminal_state": "complete",
        "status": 200,
    }
    return Finished(**usual | fields)


def whole(request_id: str) -> Finished:
    """A record with about everything that traffic gives it."""
    return finished(
        request_id,
        model="claude-opus-5-5",
        served_model="claude-opus-5-5",
        streaming=True,
        user_agent="claude-cli/2.1.0 (external, cli)",
        account_id="0" * 32,
        account="work",
        policy="session",
        attempts=[Attempt(account="work", started_ms=0.2, status=200, outcome="served", error_body=b"\x00\xff")],
        picks=[Pick(policy="session", why="bound", candidates=(Candidate(account="work", chosen=True),))],
        duration_ms=3000.25,
        usage=USAGE,
        stop_reason="end_turn",
    )


def changed(session: str) -> Changed:
    return Changed(at=STARTED_AT, change=SessionBound(session=session, account_id="a", expires_at=STARTED_AT + 60))


def segment(name: SegmentName, created_at: float = STARTED_AT) -> bytes:
    """An empty segment's bytes."""
    return encode_header(SegmentHeader(boot_id=name.boot_id, worker=name.worker, created_at=created_at))


def write_segment(directory: Path, name: SegmentName, data: bytes) -> Path:
    path = directory / name.file_name
    path.write_bytes(data)
    return path
