"""Cases to examine: a data directory of a test's own, an environment that leads nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest

from claudeflare.diagnosis.case import Case
from claudeflare.settings_sources import load_settings
from harness.data_directory import NOW

MakeCase = Callable[..., Case]


@pytest.fixture
def case_on(tmp_path: Path) -> MakeCase:
    """`case_on(home, url=…, token=…, PORT="0", …)`."""

    def make(home: Path, url: str | None = None, token: str | None = None, **environ: str) -> Case:
        given = {
            "CLAUDEFLARE_HOME": str(home),
            "HOME": str(tmp_path),
            "PORT": "0",
            "CLAUDEFLARE_UPSTREAM_URL": "http://127.0.0.1:1",
            **environ,
        }
        loaded = load_settings(given)
        return Case(
            loaded=loaded, settings=loaded.settings, environ=given, url=url, token=token, clock=lambda: NOW, zone=UTC
        )

    return make
