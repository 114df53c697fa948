"""What figures consist of: by account, model, client key, status, error and kind of client. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from claudeflare.analytics.segments import ACCOUNT, AGENT, CLIENT_KEY, ERROR, MODEL, STATUS, Segment
from claudeflare.api.account_names import AccountNames
from claudeflare.api.figures import figures
from claudeflare.storage.rollup_totals import Totals, total_of

Parts = dict[Segment, Totals]


def breakdowns(parts: Parts, names: AccountNames) -> dict[str, Any]:
    """Fields of `AnalyticsResource`, in each the most used first."""

    def account(segment: Segment) -> dict[str, Any]:
        account_id = segment.account_id or None
        return {"account": None if account_id is None else names.by_id.get(account_id), "account_id": account_id}

    failures = {segment: totals for segment, totals in parts.items() if segment.kind == ERROR and not segment.success}
    return {
        "by_account": _of(ACCOUNT, parts, account),
        "by_model": _of(MODEL, parts, lambda segment: {"model": segment.model or None}),
        "by_client_key": _of(CLIENT_KEY, parts, lambda each: {"client_key": each.client_key or None}),
        "by_status": _of(STATUS, parts, _status),
        "by_error": _of(ERROR, failures, lambda segment: {"error_type": segment.error_type or None}),
        "by_agent": _of(AGENT, parts, lambda segment: {"agent": segment.agent or None}),
    }


def _status(segment: Segment) -> dict[str, Any]:
    return {"status_code": segment.status, "terminal_state": segment.terminal_state}


def _of(kind: int, parts: Parts, named: Callable[[Segment], dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that succeeded and those that did not, together."""
    both: defaultdict[Segment, list[Totals]] = defaultdict(list)
    for segment, totals in parts.items():
        if segment.kind == kind:
            both[segment._replace(success=True)].append(totals)
    added = {segment: total_of(many) for segment, many in both.items()}
    ordered = sorted(added.items(), key=lambda item: (-item[1].sums[0], str(item[0])))
    return [named(segment) | figures(totals) for segment, totals in ordered]
