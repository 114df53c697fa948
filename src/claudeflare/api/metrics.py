"""`/metrics`: for Prometheus. It names accounts; `security` asks for the token where others can reach it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Header, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from claudeflare.api.request_metrics import request_metrics
from claudeflare.api.services import Services, ServicesOf
from claudeflare.api.state_metrics import state_metrics

router = APIRouter(tags=["metrics"])

EXAMPLE = """# HELP claudeflare_account_available 1 when the account takes requests now.
# TYPE claudeflare_account_available gauge
claudeflare_account_available{account="work"} 1.0
"""


class Metrics(Collector):
    """Everything, read when it is asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        """Each family, also those without a value."""
        yield from request_metrics(self._services.request_counts)
        yield from state_metrics(self._services)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}, "example": EXAMPLE}}}},
)
def show_metrics(services: ServicesOf, accept: Annotated[str, Header(include_in_schema=False)] = "") -> Response:
    """Counters and gauges in the format that `Accept` asks for: Prometheus' text, or OpenMetrics.

    Needs the control token unless the server listens on this machine alone.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Metrics(services))
    encode, content_type = choose_encoder(accept)
    return Response(encode(registry), headers={"content-type": content_type})
