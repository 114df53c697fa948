"""A refusal carries what to answer."""

from __future__ import annotations

from claudeflare.http1.bad_message import BadMessage


def test_status_and_message() -> None:
    error = BadMessage(431, "The header fields are too large.")
    assert (error.status, error.message, str(error)) == (431, "The header fields are too large.", error.message)
