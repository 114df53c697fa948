"""Several gateways' readings of the same limits."""

from __future__ import annotations

from claudeflare.balancing.gauges import LimitGauge
from claudeflare.control.gauge_board import newest


def gauge(name: str, read_at: float, model_class: str = "", kind: str = "window") -> LimitGauge:
    return LimitGauge(kind=kind, name=name, model_class=model_class, used=0.5, read_at=read_at)


def test_the_last_reading_of_each_limit_counts() -> None:
    first = {"a": [gauge("7d", 1.0), gauge("5h", 3.0)], "b": [gauge("5h", 9.0)]}
    second = {"a": [gauge("5h", 2.0), gauge("5h", 1.0, "opus"), gauge("7d", 2.0)]}
    together = {
        "a": [gauge("5h", 3.0), gauge("7d", 2.0), gauge("5h", 1.0, "opus")],
        "b": [gauge("5h", 9.0)],
    }
    assert newest([first, second]) == newest([second, first]) == together


def test_no_gateway_knows_nothing() -> None:
    assert newest([]) == {}
