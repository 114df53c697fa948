from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.token_server import TokenServer


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    server = TokenServer()
    yield server
    server.close()
