"""Command lines to test with."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.command_line import CommandLine
from harness.data_directory import seed


@pytest.fixture
def empty(tmp_path: Path) -> CommandLine:
    """On a data directory that does not exist yet."""
    return CommandLine(tmp_path / "empty")


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    """On one with accounts and requests."""
    return CommandLine(seed(tmp_path / "home").directory)
