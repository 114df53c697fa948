"""`/api/accounts/{account}/limits`."""

from __future__ import annotations

from typing import Any

import pytest

from claudeflare.api.limit_history import MOST_STEPS
from claudeflare.storage.limit_history import STEP_SECONDS, LimitId, LimitStep
from harness.rest_api import NOW, Api

LAST = int(NOW // STEP_SECONDS) * STEP_SECONDS
"""When the step that runs began: 11:05 UTC."""
FIVE_HOURS = LimitId("window", "5h", "")
OPUS = LimitId("bucket", "requests", "opus")


async def filled(api: Api, *steps: tuple[LimitId, int, float, float]) -> Any:
    """An account with readings: limit, steps ago, last and highest."""
    account = await api.add("main")
    api.services.limit_history.add(
        [
            LimitStep(account["id"], limit, LAST - ago * STEP_SECONDS, used, highest)
            for limit, ago, used, highest in steps
        ]
    )
    return account


async def test_each_limit_has_a_line_with_gaps(api: Api) -> None:
    account = await filled(api, (FIVE_HOURS, 2, 0.25, 0.333333), (FIVE_HOURS, 0, 1.1, 1.1), (OPUS, 1, 0.5, 0.75))
    answer = await api.get("/api/accounts/main/limits?range=10m")
    assert answer == {
        "account": "main",
        "accountId": account["id"],
        "range": "10m",
        "from": "2026-11-18T10:55:00.000Z",
        "to": "2026-11-18T11:06:40.000Z",
        "stepSeconds": 300,
        "at": ["2026-11-18T10:55:00.000Z", "2026-11-18T11:00:00.000Z", "2026-11-18T11:05:00.000Z"],
        "limits": [
            {
                "kind": "bucket",
                "name": "requests",
                "modelClass": "opus",
                "utilization": [None, 0.5, None],
                "highest": [None, 0.75, None],
            },
            {
                "kind": "window",
                "name": "5h",
                "modelClass": None,
                "utilization": [0.25, None, 1.1],
                "highest": [0.3333, None, 1.1],
            },
        ],
    }
    assert await api.get(f"/api/accounts/{account['id']}/limits?range=10m") == answer


async def test_a_day_is_the_default_and_without_readings_there_is_no_line(api: Api) -> None:
    await filled(api)
    answer = await api.get("/api/accounts/main/limits")
    assert (answer["range"], answer["limits"], len(answer["at"])) == ("24h", [], 289)


async def test_a_span_between_two_moments(api: Api) -> None:
    await filled(api, (FIVE_HOURS, 12, 0.5, 0.6), (FIVE_HOURS, 0, 0.9, 0.9))
    answer = await api.get("/api/accounts/main/limits?from=2026-11-18T10:00&to=2026-11-18T10:10:00Z")
    assert answer["range"] is None
    assert answer["at"] == ["2026-11-18T10:00:00.000Z", "2026-11-18T10:05:00.000Z"]
    assert answer["limits"][0]["utilization"] == [None, 0.5]


@pytest.mark.parametrize(
    ("span", "step"), [("24h", 300), ("7d", 900), ("30d", 3600), ("90d", 10_800), ("400d", 43_200)]
)
async def test_long_ranges_have_coarser_steps(api: Api, span: str, step: int) -> None:
    await filled(api, (FIVE_HOURS, 0, 0.5, 0.6), (FIVE_HOURS, 1, 0.4, 0.9))
    answer = await api.get(f"/api/accounts/main/limits?range={span}")
    assert answer["stepSeconds"] == step
    assert len(answer["at"]) == len(answer["limits"][0]["highest"]) <= MOST_STEPS + 1
    assert answer["limits"][0]["highest"][-1] in (0.6, 0.9)


async def test_what_makes_no_sense_is_refused(api: Api) -> None:
    await filled(api)
    assert (await api.refused("GET", "/api/accounts/nobody/limits"))[0] == 404
    assert (await api.refused("GET", "/api/accounts/main/limits?range=soon"))[:2] == (400, "invalid_input")
    assert (await api.refused("GET", "/api/accounts/main/limits?from=1h&to=2h"))[:2] == (400, "invalid_input")
    assert (await api.refused("GET", "/api/accounts/main/limits?range=900d"))[:2] == (400, "invalid_input")


async def test_the_history_goes_with_the_account(api: Api) -> None:
    account = await filled(api, (FIVE_HOURS, 0, 0.5, 0.6))
    await api.client.request("DELETE", "/api/accounts/main", json={"confirm": "main"})
    assert api.services.limit_history.read(account["id"], 0, LAST + STEP_SECONDS, STEP_SECONDS) == []
