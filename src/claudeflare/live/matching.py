"""The filter of the list of requests, applied to one line of it. Says the same as `storage.request_query`."""

from __future__ import annotations

from claudeflare.journal.records import TERMINAL_STATES
from claudeflare.storage.records import RequestFilter, RequestSummary


def matches(wanted: RequestFilter, line: RequestSummary) -> bool:
    """Whether the list with this filter would show the line."""
    return (
        wanted.account in (None, line.account, line.account_id)
        and wanted.model in (None, line.model)
        and wanted.session in (None, line.session)
        and wanted.client_key in (None, line.client_key)
        and wanted.agent in (None, line.agent_id)
        and (wanted.since is None or line.started_at >= wanted.since)
        and (wanted.until is None or line.started_at < wanted.until)
        and (wanted.status is None or _has_status(wanted.status, line))
        and (wanted.text is None or _has_text(wanted.text, line))
    )


def _has_status(status: str, line: RequestSummary) -> bool:
    if status in ("success", "error"):
        return line.success == (status == "success")
    if status in TERMINAL_STATES:
        return line.terminal_state == status
    return str(line.status) == status if status.isdecimal() else f"{line.status // 100}xx" == status


def _has_text(text: str, line: RequestSummary) -> bool:
    lowered = text.lower()
    return any(lowered in (each or "").lower() for each in (line.id, line.path, line.error_message))
