"""Without accounts the caller's own key is used; from the first account on, never again."""

from __future__ import annotations

import anthropic
import pytest
from anthropic import AsyncAnthropic
from stage import CALLER, CALLER_KEY, QUESTION, Stage, body_of, scripted

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_callers_own_key_reaches_the_api(stage: Stage, client: AsyncAnthropic) -> None:
    raw = await client.messages.with_raw_response.create(**QUESTION, extra_headers={"x-claudeflare-session": "s"})
    (seen,) = stage.seen
    assert seen.account == CALLER
    assert seen.header("authorization") == "…" + CALLER_KEY[-4:]
    assert [name for name, _ in seen.fields if name.lower().startswith("x-claudeflare")] == []
    assert seen.header("x-api-key") is None
    assert "x-claudeflare-account" not in raw.headers
    record = await stage.server.record(raw.headers["x-claudeflare-request-id"], terminalState="complete")
    assert (record["accountUsed"], record["accountId"], record["success"]) == (None, None, True)
    assert record["costUsd"] > 0


async def test_streams_pass_through_too(stage: Stage, client: AsyncAnthropic) -> None:
    async with client.messages.stream(**QUESTION, extra_headers=scripted(text="one two")) as stream:
        assert await stream.get_final_text() == "one two"
    assert stage.asked == [CALLER]


async def test_a_callers_key_that_is_refused(stage: Stage) -> None:
    async with stage.client(api_key="sk-ant-api03-nobody") as client:
        with pytest.raises(anthropic.AuthenticationError) as caught:
            await client.messages.create(**QUESTION)
    record = await stage.server.record(caught.value.response.headers["x-claudeflare-request-id"])
    assert (record["terminalState"], record["statusCode"], record["success"]) == ("complete", 401, False)


async def test_an_account_that_is_added_takes_over_at_once(stage: Stage, client: AsyncAnthropic) -> None:
    await client.messages.create(**QUESTION)
    await stage.server.cli("add", "alpha", input="sk-ant-api03-alpha\n")
    await client.messages.create(**QUESTION)
    assert stage.asked == [CALLER, "alpha"]
    assert stage.seen[1].header("authorization") is None
    assert stage.seen[1].header("x-api-key") == "…lpha"


@pytest.mark.parametrize("stream", [False, True])
async def test_with_every_account_paused_nothing_passes_through(
    stage: Stage, client: AsyncAnthropic, stream: bool
) -> None:
    await stage.server.add("alpha", "beta")
    for name in ("alpha", "beta"):
        await stage.server.act(name, "pause")
    await stage.server.until_accounts(configured=2, available=0)
    with pytest.raises(anthropic.ServiceUnavailableError) as caught:
        await client.messages.create(**QUESTION, stream=stream)
    assert stage.seen == []
    body = body_of(caught.value)
    assert body["type"] == "error"
    assert body["error"]["type"] == "api_error"
    for words in ("alpha", "beta", "paused"):
        assert words in body["error"]["message"]
    record = await stage.server.record(caught.value.response.headers["x-claudeflare-request-id"])
    assert (record["terminalState"], record["statusCode"], record["costUsd"]) == ("refused", 503, 0.0)
    await stage.server.act("beta", "resume")
    await stage.server.until_accounts(available=1)
    await client.messages.create(**QUESTION)
    assert stage.asked == ["beta"]


async def test_after_the_last_account_is_removed_callers_use_their_own_keys_again(
    stage: Stage, client: AsyncAnthropic
) -> None:
    await stage.server.add("alpha")
    await client.messages.create(**QUESTION)
    await stage.server.cli("remove", "alpha", "--yes")
    await stage.server.until_accounts(configured=0)
    await client.messages.create(**QUESTION)
    assert stage.asked == ["alpha", CALLER]
