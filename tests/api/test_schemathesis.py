"""The API does what its description says, whatever it is sent: no 5xx, no status or shape that is not described."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import HookContext
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from claudeflare.api.app import describe_app
from harness.events import Watched, watched
from harness.live_batches import ended

ENDLESS = r"/(events|stream)$"
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)

schema = schemathesis.openapi.from_dict(describe_app().openapi()).exclude(path_regex=ENDLESS)

KNOWN = {"account": "work", "request_id": "r-1"}
"""Path parameter -> one that is there: at random nobody would find any."""


@schema.hook
def map_path_parameters(_context: HookContext, given: dict[str, Any] | None) -> dict[str, Any] | None:
    """Lead every other call to something that is there."""
    return given and {
        name: KNOWN[name] if name in KNOWN and len(str(value)) % 2 else value for name, value in given.items()
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Control with some data, on a loop of its own: what calls it blocks."""
    started: list[Watched] = []
    ready = threading.Event()
    stop: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        stopping = asyncio.Event()
        stop.append((asyncio.get_running_loop(), stopping))
        async with watched(tmp_path_factory.mktemp("home")) as opened:
            await opened.call("POST", "/api/accounts", {"name": "work", "apiKey": "sk-ant-work"})
            records = [ended(f"r-{number}", account="work", model="claude-opus-5") for number in range(20)]
            opened.services.requests.write_batch(opened=[], finished=records, changed=[], shed={})
            started.append(opened)
            ready.set()
            await stopping.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(30)
        yield started[0]
    finally:
        loop, stopping = stop[0]
        loop.call_soon_threadsafe(stopping.set)
        thread.join()


@schema.parametrize()
@settings(max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_the_description_holds(case: schemathesis.Case, server: Watched) -> None:
    response = case.call(base_url=server.url, headers=server.headers)
    case.validate_response(response, checks=list(CHECKS))
