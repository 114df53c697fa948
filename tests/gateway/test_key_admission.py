"""Limits and budgets of client keys, over real sockets, with control's own desk behind them."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import time

import pytest

from claudeflare.control.budget_desk import BudgetDesk
from claudeflare.errors import StorageError
from claudeflare.gateway.messages import BudgetClaim
from claudeflare.quotas.client_key import Budget, ClientKey
from gateway.answers import MESSAGE, REQUEST
from gateway.test_gateway_client_keys import SECRET, configure, key
from harness.gateway import RunningGateway, running_gateway
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

COST = (9 * 4 + 100 * 0.2 + 4 * 20) / 1e6
"""Of `MESSAGE`, in USD."""


class Control:
    """Control's end: what is on record, and the desk."""

    def __init__(self, gateway: RunningGateway) -> None:
        self.gateway = gateway
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.keys: list[ClientKey] = []
        self.failing = False
        self.silent = False
        self.claims: list[BudgetClaim] = []
        self.desk = BudgetDesk(self, lambda: self.keys, 1, time)
        self.connect()

    def by_boot(self, name: str, since: float) -> dict[str, float]:
        if self.failing:
            raise StorageError("The disk is gone.")
        return dict(self.spent)

    def connect(self) -> None:
        self.gateway.server.client_keys.admission.claims.opened("boot", self.tell)

    def lost(self) -> None:
        self.gateway.server.client_keys.admission.claims.lost()

    def tell(self, claim: BudgetClaim) -> None:
        self.claims.append(claim)
        if not self.silent:
            asyncio.get_running_loop().call_soon(self.answer, claim)

    def answer(self, claim: BudgetClaim) -> None:
        self.desk.note(claim)
        self.gateway.server.client_keys.admission.claims.answered(self.desk.answer(claim, {"boot"}))

    def configure(self, *keys: ClientKey) -> None:
        self.keys = list(keys)
        configure(self.gateway, *keys)


@asynccontextmanager
async def world(tmp_path: Path, *keys: ClientKey, answer: object = None) -> AsyncIterator[Control]:
    async def served(peer: UpstreamPeer) -> None:
        await peer.answer(MESSAGE)

    async with (
        scripted_upstream(repeat(answer or served)) as upstream,  # type: ignore[arg-type]
        running_gateway(upstream.url, tmp_path, []) as gateway,
    ):
        control = Control(gateway)
        control.configure(*keys)
        yield control


async def ask(control: Control, path: str = "/v1/messages", body: bytes = REQUEST) -> tuple[int, dict[str, str], bytes]:
    client = await control.gateway.connect()
    await client.request(path, body, "POST", f"x-api-key: {SECRET}")
    answer = await client.response()
    client.close()
    return answer


def error_of(body: bytes) -> dict[str, str]:
    error: dict[str, str] = json.loads(body)["error"]
    return error


async def test_a_budget_is_used_to_its_end_and_overspent_by_one_request_at_most(tmp_path: Path) -> None:
    async with world(tmp_path, key(budgets=(Budget("day", 2.5 * COST),))) as control:
        statuses = [(await ask(control))[0] for _ in range(3)]
        status, fields, body = await ask(control)
        assert (statuses, status) == ([200] * 3, 429)
        assert error_of(body)["type"] == "billing_error"
        assert error_of(body)["message"].startswith("spend limit reached (daily; resets ")
        assert fields["x-should-retry"] == "false"
        assert 0 < int(fields["retry-after"]) <= 86_400
        counted = await ask(control, "/v1/messages/count_tokens")
        assert counted[0] == 200
        purse = control.gateway.server.client_keys._by_digest[key().digest].purses[0]
        assert purse.booked == pytest.approx(3 * COST)
        control.configure(key(budgets=(Budget("day", 20.0),)))
        assert (await ask(control))[0] == 200


async def test_a_burst_waits_for_its_turn_and_overspends_no_more(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def slow(peer: UpstreamPeer) -> None:
        await gate.wait()
        await peer.answer(MESSAGE)

    async with world(tmp_path, key(budgets=(Budget("month", 5.5 * COST),)), answer=slow) as control:
        async with asyncio.TaskGroup() as asking:
            tasks = [asking.create_task(ask(control)) for _ in range(30)]
            while not control.gateway.opened():
                await asyncio.sleep(0)
            gate.set()
        assert sorted(task.result()[0] for task in tasks) == [200] * 6 + [429] * 24


async def test_what_was_spent_before_counts(tmp_path: Path) -> None:
    async with world(tmp_path, key(budgets=(Budget("week", 10.0),))) as control:
        control.spent["earlier"] = 10.0
        status, _, body = await ask(control)
        assert status == 429
        assert error_of(body)["message"].startswith("spend limit reached (weekly; ")


async def test_without_control_budgets_hold_and_close_and_others_do_not_notice(tmp_path: Path) -> None:
    plain = key("plain", "plain-secret")
    async with world(tmp_path, key(budgets=(Budget("day", 10.0),)), plain) as control:
        assert (await ask(control))[0] == 200
        control.lost()
        assert (await ask(control))[0] == 200, "its lease is still good"
        control.configure(key(budgets=(Budget("day", 11.0),)), plain)
        status, fields, body = await ask(control)
        assert status == 429
        assert error_of(body)["message"].startswith("spend limit unavailable")
        assert "x-should-retry" not in fields
        client = await control.gateway.connect()
        await client.request("/v1/messages", REQUEST, "POST", "x-api-key: plain-secret")
        assert (await client.response())[0] == 200
        client.close()
        control.connect()
        assert (await ask(control))[0] == 200


async def test_a_database_that_fails_closes_budgets(tmp_path: Path) -> None:
    async with world(tmp_path, key(budgets=(Budget("day", 10.0),))) as control:
        control.failing = True
        status, _, body = await ask(control)
        assert status == 429
        assert error_of(body)["message"].startswith("spend limit unavailable")
        control.failing = False
        assert (await ask(control))[0] == 200


async def test_who_waits_and_loses_control_is_told(tmp_path: Path) -> None:
    async with world(tmp_path, key(budgets=(Budget("day", 10.0),))) as control:
        control.silent = True
        async with asyncio.TaskGroup() as asking:
            asked = asking.create_task(ask(control))
            while not control.claims:
                await asyncio.sleep(0)
            control.lost()
        assert asked.result()[0] == 429


async def test_who_leaves_while_waiting_leaves_nothing_behind(tmp_path: Path) -> None:
    async with world(tmp_path, key(budgets=(Budget("day", 10.0),))) as control:
        control.silent = True
        client = await control.gateway.connect()
        await client.request("/v1/messages", REQUEST, "POST", f"x-api-key: {SECRET}")
        while not control.claims:
            await asyncio.sleep(0)
        client.reset()
        record = await control.gateway.record()
        assert (record.terminal_state, record.client_key, record.attempts) == ("client_closed", "laptop", [])
        assert repr(control.gateway.server.client_keys.admission) == "<KeyAdmission, 0 wait>"
        control.silent = False
        control.answer(control.claims[0])
        assert (await ask(control))[0] == 200


async def test_what_has_no_price_is_refused_unless_the_owner_allows_it(tmp_path: Path) -> None:
    budgets = (Budget("day", 10.0),)
    unheard_of = REQUEST.replace(b"claude-opus-5-5", b"claude-unheard-of-9")
    async with world(tmp_path, key(budgets=budgets)) as control:
        for path, body in (
            ("/v1/messages", unheard_of),
            ("/v1/messages", b"no JSON"),
            ("/v1/messages/batches", b'{"requests":[]}'),
            ("/v1/something/new", b"{}"),
        ):
            status, _, answer = await ask(control, path, body)
            assert (status, error_of(answer)["type"]) == (403, "permission_error")
            assert "--allow-unpriced" in error_of(answer)["message"]
        control.configure(key(budgets=budgets, allow_unpriced=True))
        assert (await ask(control, body=unheard_of))[0] == 200
        assert (await ask(control, "/v1/messages/batches", b'{"requests":[]}'))[0] == 200
        control.spent["earlier"] = 10.0
        control.configure(key(budgets=(Budget("day", 9.0),), allow_unpriced=True))
        assert (await ask(control, body=unheard_of))[0] == 429, "but not beyond its budget"


async def test_models_and_rates(tmp_path: Path) -> None:
    limited = key(models=("claude-opus-*",), requests_per_minute=2)
    async with world(tmp_path, limited) as control:
        status, _, body = await ask(control, body=REQUEST.replace(b"opus", b"haiku"))
        assert status == 403
        assert "may use claude-opus-*, not claude-haiku-5-5" in error_of(body)["message"]
        assert [(await ask(control))[0] for _ in range(3)] == [200, 200, 429]
        assert (await ask(control, "/v1/messages/count_tokens"))[0] == 200


async def test_tokens_are_counted_when_they_are_known(tmp_path: Path) -> None:
    async with world(tmp_path, key(tokens_per_minute=40)) as control:
        # Two times 13 counted tokens; a request of 87 bytes is expected to count 21.
        assert [(await ask(control))[0] for _ in range(4)] == [200, 200, 429, 429]


async def test_requests_at_once(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def slow(peer: UpstreamPeer) -> None:
        await gate.wait()
        await peer.answer(MESSAGE)

    async with world(tmp_path, key(concurrency=1), answer=slow) as control:
        async with asyncio.TaskGroup() as asking:
            first = asking.create_task(ask(control))
            while not control.gateway.opened():
                await asyncio.sleep(0)
            status, fields, body = await ask(control)
            assert (status, fields["retry-after"]) == (429, "1")
            assert error_of(body)["type"] == "rate_limit_error"
            gate.set()
        assert first.result()[0] == 200
        assert (await ask(control))[0] == 200


async def test_shadow_mode_counts_tells_and_refuses_nothing(tmp_path: Path) -> None:
    shadowed = key(
        shadow=True, requests_per_minute=1, models=("claude-opus-*",), accounts=("id-spare",),
        budgets=(Budget("day", 0.5 * COST),),
    )  # fmt: skip
    async with world(tmp_path, shadowed) as control:
        first = await ask(control)
        second = await ask(control)
        third = await ask(control, body=REQUEST.replace(b"opus", b"haiku"))
        assert [each[0] for each in (first, second, third)] == [200] * 3
        told = [each[1].get("x-claudeflare-would-refuse") for each in (first, second, third)]
        assert told == [None, "requests", "model"]
        assert [record.would_refuse for record in control.gateway.records()] == told
        control.configure(key(shadow=True, budgets=(Budget("day", 0.5 * COST),)))
        for _ in range(3):
            status, fields, _ = await ask(control)
            assert status == 200
        assert fields["x-claudeflare-would-refuse"] == "budget"
