"""A data directory with accounts and requests, and how to open it."""

from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.client.connection import OpenControl
from claudeflare.home import Home
from claudeflare.settings_sources import LoadedSettings, load_settings
from harness.control_server import control_here
from harness.data_directory import seed


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return seed(tmp_path / "home")


@pytest.fixture
def loaded(home: Home) -> LoadedSettings:
    return load_settings({"CLAUDEFLARE_HOME": str(home.directory)})


@pytest.fixture
def in_process() -> OpenControl:
    return control_here
