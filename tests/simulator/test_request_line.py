"""One line for every request, whole texts."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from claudeflare.simulator.request_line import failed, request_line
from claudeflare.simulator.seen import SeenRequest
from claudeflare.simulator.thinking import InputTransformation

AT = 1_795_348_812.0
MESSAGE: dict[str, Any] = {
    "account": "work",
    "model": "claude-opus-5-5",
    "status": 200,
    "streaming": True,
    "input_tokens": 1200,
    "output_tokens": 85,
    "begun_at": AT + 0.4,
    "ended_at": AT + 1.8,
}


def seen(**changes: Any) -> SeenRequest:
    plain: dict[str, Any] = {"number": 1, "at": AT, "method": "POST", "path": "/v1/messages?beta=true", "fields": []}
    return SeenRequest(**{**plain, "request_id": "req_1", **changes})


@pytest.mark.parametrize(
    ("request_seen", "line", "bad"),
    [
        (
            seen(**MESSAGE),
            "12:00:12  work          opus-5-5    200  1.2 k in  85 out  61/s",
            False,
        ),
        (
            seen(**{**MESSAGE, "streaming": False, "model": "claude-haiku-4-5-20251001"}, cached_tokens=1000),
            "12:00:12  work          haiku-4-5   200  1.2 k in (83 % cached)  85 out  1.8 s",
            False,
        ),
        (
            seen(account="work", model="claude-opus-5-5", status=429, faults=["429-bucket"], ended_at=AT),
            "12:00:12  work          opus-5-5    429  429-bucket",
            True,
        ),
        (
            seen(account="work", model="claude-opus-5-5", status=529, faults=["529"], ended_at=AT),
            "12:00:12  work          opus-5-5    529",
            True,
        ),
        (
            seen(**{**MESSAGE, "client_disconnected": True}),
            "12:00:12  work          opus-5-5    200  client left  1.2 k in  85 out",
            True,
        ),
        (
            seen(**MESSAGE, faults=["abort-mid-stream", "gzip"]),
            "12:00:12  work          opus-5-5    200  abort-mid-stream, gzip  1.2 k in  85 out",
            True,
        ),
        (
            seen(
                **{**MESSAGE, "account": "an-account-of-a-long-name"},
                input_transformations=[InputTransformation("thinking_dropped", "", "model_binding_mismatch")] * 2,
            ),
            "12:00:12  an-account-…  opus-5-5    200  thinking dropped: model  1.2 k in  85 out  61/s",
            False,
        ),
        (
            seen(method="GET", path="/v1/models?limit=2", status=401, ended_at=AT),
            "12:00:12  –             /v1/models  401",
            True,
        ),
        (
            seen(account="work", faults=["reset-before-answer"], ended_at=AT),
            "12:00:12  work          /v1/messa…  –––  reset-before-answer",
            True,
        ),
    ],
)
def test_a_request_in_a_line(request_seen: SeenRequest, line: str, bad: bool) -> None:
    assert request_line(request_seen, UTC) == line
    assert failed(request_seen) is bad
