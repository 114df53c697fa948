"""A server with some data on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from harness.api_examples import seeded
from harness.events import Watched


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Watched]:
    """Control at the fixed time, with an account that is limited and a request that was moved."""
    async with seeded(tmp_path / "home") as server:
        yield server
