"""`/api/strategies`: the names of the policies there are."""

from __future__ import annotations

from fastapi import APIRouter

from claudeflare.settings import STRATEGIES

router = APIRouter(prefix="/api", tags=["strategies"])


@router.get("/strategies")
def list_strategies() -> list[str]:
    """Names that `/api/config/strategy` accepts."""
    return list(STRATEGIES)
