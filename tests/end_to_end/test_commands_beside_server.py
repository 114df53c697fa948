"""The command line beside a running server: what it changes takes effect, what it prints is what the server says."""

from __future__ import annotations

from typing import Any

import anthropic
import pytest
from anthropic import AsyncAnthropic
from stage import MODEL, QUESTION, Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def asked(client: AsyncAnthropic) -> tuple[str, str]:
    """A request's id, and the account that answered it."""
    raw = await client.messages.with_raw_response.create(**QUESTION)
    return raw.headers["x-claudeflare-request-id"], raw.headers["x-claudeflare-account"]


async def test_the_life_of_an_account(stage: Stage, client: AsyncAnthropic) -> None:
    cli = stage.server.cli
    added = await cli("add", "alpha", "--tier", "5", "--priority", "2", input="sk-ant-api03-alpha\n")
    assert "sk-ant" not in added.stdout + added.stderr
    await stage.server.until_accounts(configured=1)
    assert (await asked(client))[1] == "alpha"
    shown = (await cli("show", "alpha", "--json")).json()
    assert (shown["tier"], shown["priority"], shown["rateLimitStatus"]) == (5, 2, "ok")

    await cli("pause", "alpha")
    await stage.server.until_accounts(available=0)
    with pytest.raises(anthropic.ServiceUnavailableError):
        await asked(client)
    await cli("resume", "alpha")
    await stage.server.until_accounts(available=1)
    await cli("tier", "alpha", "20")
    await cli("rename", "alpha", "main account")
    (account,) = (await cli("list", "--json")).json()
    assert (account["name"], account["tier"], account["paused"]) == ("main account", 20, False)
    assert account == await stage.server.account("main account")
    assert (await asked(client))[1] == "main account"
    await cli("remove", "main account", "--yes")
    await stage.server.until_accounts(configured=0)
    assert (await cli("list", "--json")).json() == []


async def test_what_is_read_with_json_is_what_the_api_answers(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    request_id, _ = await asked(client)
    await stage.server.record(request_id, terminalState="complete")
    api = stage.server.api

    async def printed(*words: str) -> Any:
        return (await stage.server.cli(*words, "--json")).json()

    async def answered(path: str) -> Any:
        return (await api.get(path)).json()

    assert await printed("request", request_id) == await answered(f"/api/requests/{request_id}")
    assert await printed("explain", request_id) == await answered(f"/api/requests/{request_id}/explain")
    assert await printed("requests", "--limit", "3") == await answered("/api/requests?limit=3")
    assert await printed("stats", "--range", "24h") == await answered("/api/stats?range=24h")
    assert await printed("config", "show") == await answered("/api/config")
    assert await printed("strategy") == await answered("/api/config/strategy")
    status = await printed("status")
    assert (status["server"], status["health"]["ready"], status["strategy"]) == (stage.server.url, True, "session")
    assert [account["name"] for account in status["accounts"]] == ["alpha"]


async def test_what_people_read(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    await stage.server.add("beta", priority=1)
    stage.upstream.world.inject("429-window;seconds=3000", account="alpha")
    request_id, account = await asked(client)
    assert account == "beta"
    await stage.server.until_standing("alpha", "limited")
    await stage.server.record(request_id)
    assert "alpha limited until" in (await stage.server.cli("status")).stdout
    assert "limited until" in (await stage.server.cli("list")).stdout
    assert MODEL.removeprefix("claude-") in (await stage.server.cli("requests", "--limit", "1")).stdout
    for words in (("request", request_id), ("explain", request_id)):
        shown = (await stage.server.cli(*words)).stdout
        assert "alpha" in shown
        assert "beta" in shown
    await stage.server.cli("clear-limit", "alpha")
    await stage.server.until_standing("alpha", "ok")


async def test_the_token_is_printed(stage: Stage) -> None:
    assert (await stage.server.cli("token")).stdout == f"{stage.server.token}\n"


async def test_a_filter(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha", "beta")
    ids = {}
    for name in ("alpha", "beta"):
        raw = await client.messages.with_raw_response.create(
            **QUESTION, extra_headers={"x-claudeflare-account": name, "x-claudeflare-session": name}
        )
        ids[name] = raw.headers["x-claudeflare-request-id"]
        await stage.server.record(ids[name])
    newest = (await stage.server.cli("requests", "--account", "beta", "--limit", "1", "--json")).json()
    assert [record["id"] for record in newest] == [ids["beta"]]


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (("show", "nobody"), "nobody"),
        (("pause", "nobody"), "nobody"),
        (("request", "cf_nothing"), "cf_nothing"),
        (("strategy", "luck"), "luck"),
        (("remove", "alpha"), "--yes"),
    ],
)
async def test_a_command_that_fails_says_why(stage: Stage, command: tuple[str, ...], word: str) -> None:
    await stage.server.add("alpha")
    printed = await stage.server.cli(*command, exit_code=1)
    assert printed.stdout == ""
    assert word in printed.stderr
    assert "Traceback" not in printed.stderr


async def test_a_name_that_is_taken(stage: Stage) -> None:
    await stage.server.add("alpha")
    printed = await stage.server.cli("add", "alpha", input="sk-ant-api03-other", exit_code=1)
    assert "alpha" in printed.stderr
