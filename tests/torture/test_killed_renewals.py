"""Control killed again and again while it renews tokens that live for two seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.home import Home
from harness.signed_in import killed_while_renewing


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_forty_kills_while_tokens_are_renewed(tmp_path: Path, seed: int) -> None:
    await killed_while_renewing(Home(tmp_path / "home"), kills=40, seed=seed)
