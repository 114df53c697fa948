from __future__ import annotations

import httpx2
import pytest

from claudeflare import errors
from claudeflare.api.errors import ANSWERS
from harness.rest_api import Api


def test_every_error_of_ours_has_an_answer() -> None:
    assert set(ANSWERS) == set(errors.ClaudeflareError.__subclasses__())
    assert len({code for _, code in ANSWERS.values()}) == len(ANSWERS)


@pytest.mark.parametrize("error", ANSWERS)
async def test_our_errors_become_their_status_code_and_words(api: Api, error: type[errors.ClaudeflareError]) -> None:
    def fail() -> None:
        raise error("Do this.")

    api.control.app.add_api_route("/api/failing", fail)
    response = await api.client.get("/api/failing")
    status, code = ANSWERS[error]
    assert response.status_code == status
    assert response.json() == {"error": "Do this.", "code": code, "details": None}
    assert ("www-authenticate" in response.headers) == (status == 401)


async def test_a_mistake_of_ours_is_answered_without_details_and_raised_for_the_log(api: Api) -> None:
    def fail() -> None:
        raise RuntimeError("internals")

    api.control.app.add_api_route("/api/failing", fail)
    with pytest.raises(RuntimeError, match="internals"):
        await api.client.get("/api/failing")

    transport = httpx2.ASGITransport(app=api.control.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(base_url="http://localhost", transport=transport) as client:
        response = await client.get("/api/failing", headers={"authorization": f"Bearer {api.control.token}"})
    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"
    assert "internals" not in response.text


async def test_unknown_paths_are_not_found_in_the_same_shape(api: Api) -> None:
    for path in ("/api", "/api/nothing", "/nothing", "/api/accounts/", "/api/requests/"):
        status, code, _ = await api.refused("GET", path)
        assert (status, code) == (404, "not_found"), path


async def test_a_wrong_method_is_told_the_right_ones(api: Api) -> None:
    response = await api.client.put("/api/stats")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET"
    assert response.json() == {
        "error": "PUT is not possible at /api/stats; it takes GET.",
        "code": "method_not_allowed",
        "details": None,
    }


async def test_a_body_of_the_wrong_shape_is_told_where_and_never_sent_back(api: Api) -> None:
    response = await api.client.post("/api/accounts", json={"name": "a", "tier": "sk-secret", "apiKey": ["sk-secret"]})
    assert response.status_code == 422
    assert [detail["field"] for detail in response.json()["details"]] == ["tier", "apiKey"]
    assert response.json()["error"].startswith("The request cannot be accepted: tier: ")
    assert "sk-secret" not in response.text


@pytest.mark.parametrize("body", [b"{bad sk-secret", b"", b"\xff\xfe", b'"sk-secret"'])
async def test_a_body_that_is_not_json_is_refused_and_never_sent_back(api: Api, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    response = await api.client.post("/api/accounts", content=body, headers=headers)
    assert response.status_code in (400, 422)
    assert response.json()["code"] in ("invalid_input", "http_error")
    assert "sk-secret" not in response.text


async def test_a_bad_query_names_its_parameter(api: Api) -> None:
    response = await api.client.get("/api/requests?limit=many")
    assert response.status_code == 422
    assert response.json()["details"][0]["field"] == "limit"
