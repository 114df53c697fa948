"""What `/api/requests` says of a request is what happened, in the words and fields that are promised."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import anthropic
import pytest
from anthropic import AsyncAnthropic
from genai_prices import Usage, calc_price
from stage import MODEL, QUESTION, Stage, fault, scripted

from harness.server import eventually
from harness.simulated_api import simulated_api
from harness.upstream import UpstreamPeer, repeat, scripted_upstream

pytestmark = pytest.mark.asyncio(loop_scope="session")

PROMISED = {
    "id", "timestamp", "method", "path", "accountUsed", "statusCode", "success", "terminalState",
    "errorMessage", "responseTimeMs", "ttftMs", "overheadMs", "queuedMs", "failoverAttempts", "sessionId",
    "clientKey", "model", "inputTokens", "cacheReadInputTokens", "cacheCreationInputTokens",
    "cacheCreation5mTokens", "cacheCreation1hTokens", "outputTokens", "costUsd", "tokensPerSecond",
    "stopReason",
}  # fmt: skip


async def asked(client: AsyncAnthropic, stream: bool = False, **request: Any) -> tuple[str, Any]:
    """The request's id, and the message that answered it."""
    request = {**QUESTION, **request}
    if stream:
        async with client.messages.stream(**request) as answer:
            return answer.response.headers["x-claudeflare-request-id"], await answer.get_final_message()
    raw = await client.messages.with_raw_response.create(**request)
    return raw.headers["x-claudeflare-request-id"], await raw.parse()


def price(usage: Any, at: datetime) -> float:
    """What genai-prices says itself."""
    creation = usage.cache_creation
    written = usage.cache_creation_input_tokens or 0
    read = usage.cache_read_input_tokens or 0
    counted = Usage(
        input_tokens=usage.input_tokens + written + read,
        cache_write_tokens=written,
        cache_write_5m_tokens=creation.ephemeral_5m_input_tokens if creation else written,
        cache_write_1h_tokens=creation.ephemeral_1h_input_tokens if creation else 0,
        cache_read_tokens=read,
        output_tokens=usage.output_tokens,
    )
    calculated = calc_price(counted, MODEL, provider_id="anthropic", genai_request_timestamp=at)
    return float(calculated.total_price)


@pytest.mark.parametrize("stream", [False, True])
async def test_tokens_and_cost(stage: Stage, client: AsyncAnthropic, stream: bool) -> None:
    await stage.server.add("alpha")
    # Two prefixes, cached for an hour and for five minutes; the second request reads both.
    long = {"type": "text", "text": f"{stream} rule. " * 900, "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    short = {"type": "text", "text": "More rules. " * 600, "cache_control": {"type": "ephemeral"}}
    first_id, first = await asked(client, stream, system=[long, short])
    second_id, second = await asked(client, stream, system=[long, short])
    assert first.usage.cache_creation_input_tokens > 0
    assert second.usage.cache_read_input_tokens == first.usage.cache_creation_input_tokens
    for request_id, message in ((first_id, first), (second_id, second)):
        record = await stage.server.record(request_id, terminalState="complete")
        assert record["inputTokens"] == message.usage.input_tokens
        assert record["outputTokens"] == message.usage.output_tokens
        assert record["cacheReadInputTokens"] == message.usage.cache_read_input_tokens
        assert record["cacheCreationInputTokens"] == message.usage.cache_creation_input_tokens
        assert record["costUsd"] == pytest.approx(price(message.usage, datetime.now(UTC)), rel=1e-9)
    split = await stage.server.record(first_id)
    assert split["cacheCreation5mTokens"] > 0
    assert split["cacheCreation1hTokens"] > 0
    assert split["cacheCreation5mTokens"] + split["cacheCreation1hTokens"] == split["cacheCreationInputTokens"]


@pytest.mark.parametrize("stream", [False, True])
async def test_the_fields_of_the_list(stage: Stage, client: AsyncAnthropic, stream: bool) -> None:
    await stage.server.add("alpha")
    before = datetime.now(UTC)
    session = f"session-of-the-list-{stream}"
    headers = {"x-claude-code-session-id": session, **scripted(words=30)}
    request_id, message = await asked(client, stream, extra_headers=headers)
    (record,) = await stage.server.requests(session=session)
    assert record.keys() >= PROMISED
    said = {name: record[name] for name in ("id", "method", "path", "accountUsed", "statusCode", "success")}
    assert said == {
        "id": request_id,
        "method": "POST",
        "path": "/v1/messages",
        "accountUsed": "alpha",
        "statusCode": 200,
        "success": True,
    }
    assert (record["terminalState"], record["stopReason"], record["errorMessage"]) == ("complete", "end_turn", None)
    assert (record["model"], record["sessionId"], record["clientKey"]) == (MODEL, session, None)
    assert (record["failoverAttempts"], record["queuedMs"]) == (0, 0.0)
    assert before.timestamp() - 1 < datetime.fromisoformat(record["timestamp"]).timestamp() < before.timestamp() + 10
    assert 0 < record["overheadMs"] <= record["responseTimeMs"]
    assert 0 < record["ttftMs"] <= record["responseTimeMs"]
    assert record["outputTokens"] == message.usage.output_tokens

    async def one_and_the_same() -> bool:
        # Asked again: an amendment may come between the two answers.
        detail = await stage.server.record(request_id)
        listed = await stage.server.requests()
        return bool(listed[0] == {name: detail[name] for name in record})

    await eventually(one_and_the_same, "the list and the single record to say the same")


async def test_a_model_without_a_price_costs_null(stage: Stage) -> None:
    """Unknown is never 0 and never a guess. Only an upstream of one's own serves such a model."""
    body = b'{"type":"message","id":"msg_1","model":"my-own-model","usage":{"input_tokens":5,"output_tokens":7}}'

    async def answer(peer: UpstreamPeer) -> None:
        await peer.answer(body)

    async with scripted_upstream(repeat(answer)) as upstream, stage.client() as client:
        await stage.server.add("alpha", baseUrl=upstream.url)
        request_id, _ = await asked(client, model="my-own-model")
    record = await stage.server.record(request_id)
    assert (record["inputTokens"], record["outputTokens"], record["costUsd"]) == (5, 7, None)


async def test_an_error_costs_nothing(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    with pytest.raises(anthropic.BadRequestError) as caught:
        await asked(client, max_tokens=-1)
    record = await stage.server.record(caught.value.response.headers["x-claudeflare-request-id"])
    assert record["costUsd"] == 0
    assert (record["errorType"], record["terminalState"]) == ("invalid_request_error", "complete")
    assert "max_tokens" in record["errorMessage"]


async def test_an_upstream_that_is_not_there(stage: Stage, client: AsyncAnthropic) -> None:
    async with simulated_api() as gone:
        url = gone.url
    await stage.server.add("alpha", baseUrl=url)
    with pytest.raises(anthropic.InternalServerError) as caught:
        await asked(client)
    assert caught.value.status_code == 502
    record = await stage.server.record(caught.value.response.headers["x-claudeflare-request-id"])
    assert (record["terminalState"], record["success"], record["statusCode"]) == ("error", False, 502)
    assert [each["outcome"] for each in record["attempts"]] == ["connect_failed", "connect_failed"]


async def test_requests_that_are_no_messages(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    raw = await client.models.with_raw_response.retrieve(MODEL)
    record = await stage.server.record(raw.headers["x-claudeflare-request-id"])
    assert (record["method"], record["path"]) == ("GET", f"/v1/models/{MODEL}")
    assert record["costUsd"] in (0, None)
    assert record["outputTokens"] is None


async def test_a_refusal_of_ours_is_recorded(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    with pytest.raises(anthropic.APIStatusError) as caught:
        await asked(client, extra_headers={"x-claudeflare-account": "nobody"})
    assert stage.seen == []
    record = await stage.server.record(caught.value.response.headers["x-claudeflare-request-id"])
    assert (record["terminalState"], record["success"]) == ("refused", False)


async def test_why_a_request_went_where_it_went(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    await stage.server.add("beta", priority=1)
    stage.upstream.world.inject("429-bucket", account="alpha")
    request_id, _ = await asked(client)
    await stage.server.record(request_id)
    trace = (await stage.server.api.get(f"/api/requests/{request_id}/explain")).json()
    assert [bool(step["pick"]) for step in trace["steps"]] == [True, False, True, False]
    first, _, second, _ = trace["steps"]
    assert [each["account"] for each in first["pick"]["candidates"] if each["chosen"]] == ["alpha"]
    assert [each["account"] for each in second["pick"]["candidates"] if each["chosen"]] == ["beta"]
    assert all(step["text"] for step in trace["steps"])


async def test_the_statistics_count_them(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    assert (await stage.server.api.post("/api/stats/reset")).is_success
    _, message = await asked(client)
    with pytest.raises(anthropic.InternalServerError):
        await asked(client, extra_headers=fault("500"))
    await stage.server.requests(lambda found: len(found) >= 2 and not found[0]["success"])
    stats = (await stage.server.api.get("/api/stats")).json()
    assert (stats["totalRequests"], stats["successRate"]) == (2, 50)
    assert stats["totalTokens"] == message.usage.input_tokens + message.usage.output_tokens
    assert stats["totalCostUsd"] == pytest.approx(price(message.usage, datetime.now(UTC)))
    assert stats["topModels"] == [{"model": MODEL, "count": 2}]
