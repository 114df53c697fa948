"""Whatever goes wrong, wherever: one shape."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from claudeflare.api.app import describe_app
from harness.rest_api import Api

PATHS: dict[str, dict[str, Any]] = describe_app().openapi()["paths"]
OPEN = {("POST", "/api/sign-in"), ("GET", "/metrics")}
"""What takes no token: the first is where one is shown, the second is open on loopback."""


def filled(path: str) -> str:
    return path.replace("{", "no-").replace("}", "")


async def test_every_route_refuses_strangers_in_the_one_shape(api: Api) -> None:
    # With Bearer tokens that are wrong a caller would soon have to wait.
    for path, methods in PATHS.items():
        for method in map(str.upper, methods):
            if (method, path) not in OPEN:
                refused = await api.refused(method, filled(path), headers={"authorization": ""})
                assert refused[:2] == (401, "unauthorized")


async def test_every_route_refuses_a_method_it_has_not_in_the_one_shape(api: Api) -> None:
    for path in PATHS:
        status, code, message = await api.refused("PUT", filled(path))
        assert (status, code) == (405, "method_not_allowed")
        assert message.startswith("PUT is not possible at ")


async def test_what_is_not_there(api: Api) -> None:
    for method, path in (("GET", "/nothing"), ("POST", "/api/nothing"), ("DELETE", "/api/stats/x")):
        assert (await api.refused(method, path))[:2] == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "details"),
    [
        (b'{"tier": "much", "unknown": 1}', ["tier", "unknown"]),
        (b"{", ["body"]),
        (b"[]", ["body"]),
    ],
)
async def test_a_body_that_is_wrong_names_its_fields(api: Api, body: bytes, details: list[str]) -> None:
    account = await api.add("work")
    headers = {"content-type": "application/json"}
    response = await api.client.post(f"/api/accounts/{account['id']}/tier", content=body, headers=headers)
    assert response.status_code == 422
    answer = response.json()
    assert set(answer) == {"error", "code", "details"}
    assert answer["code"] == "invalid_input"
    assert sorted(each["field"] for each in answer["details"]) == details


async def test_a_mistake_of_ours(api: Api) -> None:
    def fail() -> None:
        raise RuntimeError("internals")

    api.control.app.add_api_route("/api/failing", fail)
    transport = httpx2.ASGITransport(app=api.control.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        base_url="http://localhost", transport=transport, headers=dict(api.client.headers)
    ) as client:
        response = await client.get("/api/failing")
    assert response.status_code == 500
    assert response.json() == {
        "error": "Claudeflare made a mistake here; its log has the details.",
        "code": "internal_error",
        "details": None,
    }
