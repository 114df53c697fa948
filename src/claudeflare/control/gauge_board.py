"""Puts together what several gateways know of the same limits: of each limit the reading that was taken last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from claudeflare.balancing.gauges import LimitGauge

Gauges = Mapping[str, Sequence[LimitGauge]]
"""By account id."""


def newest(reports: Iterable[Gauges]) -> dict[str, list[LimitGauge]]:
    """Account id -> its limits, in a stable order."""
    found: dict[str, dict[tuple[str, str, str], LimitGauge]] = {}
    for report in reports:
        for account_id, gauges in report.items():
            kept = found.setdefault(account_id, {})
            for gauge in gauges:
                key = (gauge.kind, gauge.model_class, gauge.name)
                if key not in kept or kept[key].read_at <= gauge.read_at:
                    kept[key] = gauge
    return {account_id: [kept[key] for key in sorted(kept)] for account_id, kept in found.items()}
