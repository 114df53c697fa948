"""`/api/config/retention`: how long and how much is kept, which can change while running."""

from __future__ import annotations

from fastapi import APIRouter

from claudeflare.api.schemas.retention import RetentionChange, RetentionResource
from claudeflare.api.services import Services, ServicesOf

router = APIRouter(prefix="/api/config/retention", tags=["configuration"])


@router.get("")
def show_retention(services: ServicesOf) -> RetentionResource:
    """The limits in force, and how much there is."""
    return _in_force(services)


@router.post("")
def change_retention(change: RetentionChange, services: ServicesOf) -> RetentionResource:
    """Change some of the limits. What is beyond them goes within the hour; `/api/maintenance/cleanup` takes it now."""
    services.retention_choice.choose(change.model_dump(exclude_none=True))
    return _in_force(services)


def _in_force(services: Services) -> RetentionResource:
    kept, totals = services.retention_choice.current(), services.payloads.totals()
    return RetentionResource(
        payload_days=kept.payload_days,
        request_days=kept.request_days,
        payload_max_bytes=kept.payload_max_bytes,
        payloads=totals.payloads,
        payload_bytes=totals.kept_bytes,
        payload_stored_bytes=totals.stored_bytes,
    )
