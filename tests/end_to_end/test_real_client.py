"""The official client speaks through Claudeflare as it speaks to the API itself."""

from __future__ import annotations

import asyncio
from typing import Any

import anthropic
import httpx2
import pytest
import zstandard
from anthropic import Anthropic, AsyncAnthropic
from stage import MODEL, QUESTION, Stage, body_of, fault, scripted, text_of

from claudeflare.simulator.clock import ManualClock
from claudeflare.simulator.pacing import Pacing
from harness.simulated_api import simulated_api

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEATHER: Any = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


async def test_a_message(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    message = await client.messages.create(**QUESTION, extra_headers=scripted(text="Good day"))
    assert text_of(message) == "Good day"
    assert (message.model, message.stop_reason) == (MODEL, "end_turn")
    assert stage.asked == ["alpha"]


async def test_the_request_arrives_as_it_was_sent(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    raw = await client.messages.with_raw_response.create(
        **QUESTION, extra_headers={"anthropic-beta": "context-1m-2025-08-07"}
    )
    (seen,) = stage.seen
    sent = raw.http_request
    assert seen.body == sent.content
    ours = {"host", "authorization", "x-api-key", "connection", "content-length"}
    as_sent = [(name.decode(), value.decode()) for name, value in sent.headers.raw if name.decode().lower() not in ours]
    assert [field for field in seen.fields if field[0].lower() not in ours] == as_sent
    assert seen.header("x-api-key") == "…" + stage.server.accounts["alpha"][-4:]
    assert seen.header("authorization") is None


async def test_the_synchronous_client(stage: Stage) -> None:
    await stage.server.add("alpha")

    def ask() -> tuple[str, str]:
        with Anthropic(base_url=stage.server.url, api_key="any", max_retries=0) as client:
            message = client.messages.create(**QUESTION, extra_headers=scripted(text="Good day"))
            with client.messages.stream(**QUESTION, extra_headers=scripted(text="one two three")) as stream:
                return text_of(message), "".join(stream.text_stream)

    assert await asyncio.to_thread(ask) == ("Good day", "one two three")


async def test_each_word_of_a_stream_arrives_before_the_next_is_sent(stage: Stage) -> None:
    clock = ManualClock()
    async with simulated_api(clock=clock, pacing=Pacing(tokens_per_second=1.0)) as upstream, stage.client() as client:
        await stage.server.add("alpha", baseUrl=upstream.url)
        words = []
        async with client.messages.stream(**QUESTION, extra_headers=scripted(text="one two six")) as stream:
            texts = aiter(stream.text_stream)
            for _ in range(3):
                # The API stands still before each word: what arrives now is not held by anybody for what follows.
                await clock.until_somebody_sleeps()
                clock.advance(1.0)
                words.append(await anext(texts))
            assert words == ["one", " two", " six"]
            assert (await stream.get_final_message()).stop_reason == "end_turn"


async def test_a_tool_and_its_result(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    asked: Any = {"role": "user", "content": "Use get_weather for Oslo"}
    first = await client.messages.create(model=MODEL, max_tokens=500, tools=[WEATHER], messages=[asked])
    assert first.stop_reason == "tool_use"
    use = first.content[-1]
    assert use.type == "tool_use"
    assert isinstance(use.input["city"], str)
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "4 °C, rain"}
    turns: Any = [asked, {"role": "assistant", "content": first.content}, {"role": "user", "content": [result]}]
    second = await client.messages.create(model=MODEL, max_tokens=500, tools=[WEATHER], messages=turns)
    assert second.stop_reason == "end_turn"


async def test_a_streamed_tool_use_with_thinking(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    answer = scripted(tool="get_weather", input={"city": "Ålesund"}, thinking="Where is that?")
    async with client.messages.stream(**QUESTION, tools=[WEATHER], extra_headers=answer) as stream:
        message = await stream.get_final_message()
    assert [block.type for block in message.content] == ["thinking", "text", "tool_use"]
    assert message.content[-1].input == {"city": "Ålesund"}  # type: ignore[union-attr]


async def test_counting_tokens(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    counted = await client.messages.count_tokens(model=MODEL, messages=QUESTION["messages"])
    message = await client.messages.create(**QUESTION)
    assert counted.input_tokens == message.usage.input_tokens


async def test_models(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    listed = [model.id async for model in client.models.list(limit=3)]
    assert MODEL in listed
    assert len(listed) > 3
    assert (await client.models.retrieve(MODEL)).id == MODEL


@pytest.mark.parametrize(
    ("request_changes", "error", "kind"),
    [
        ({"max_tokens": -1}, anthropic.BadRequestError, "invalid_request_error"),
        ({"model": "claude-nothing-9"}, anthropic.NotFoundError, "not_found_error"),
        ({"extra_headers": fault("500")}, anthropic.InternalServerError, "api_error"),
        ({"extra_headers": fault("529")}, anthropic.OverloadedError, "overloaded_error"),
        ({"extra_headers": fault("429-bucket;retry-after=99")}, anthropic.RateLimitError, "rate_limit_error"),
        ({"extra_headers": fault("401")}, anthropic.AuthenticationError, "authentication_error"),
        ({"extra_headers": fault("403-account")}, anthropic.PermissionDeniedError, "permission_error"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_an_error_reaches_the_caller_as_the_api_gave_it(
    stage: Stage,
    client: AsyncAnthropic,
    request_changes: dict[str, Any],
    error: type[anthropic.APIStatusError],
    kind: str,
    stream: bool,
) -> None:
    await stage.server.add("alpha")
    with pytest.raises(error) as direct:
        async with stage.client(base_url=stage.upstream.url, api_key=stage.server.accounts["alpha"]) as without_us:
            await without_us.messages.create(**{**QUESTION, "stream": stream, **request_changes})
    with pytest.raises(error) as caught:
        await client.messages.create(**{**QUESTION, "stream": stream, **request_changes})
    body = body_of(caught.value)
    assert body["error"] == body_of(direct.value)["error"]
    assert body["error"]["type"] == kind
    # The id in the body is the API's, and so is the header's.
    assert body["request_id"] == caught.value.request_id == stage.seen[-1].request_id
    assert caught.value.response.headers["x-claudeflare-request-id"].startswith("cf_")


async def test_a_body_above_the_limit(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    with pytest.raises(anthropic.APIStatusError) as caught:
        await client.messages.create(**{**QUESTION, "system": "x" * (32 * 1024 * 1024 + 1)})
    assert caught.value.status_code == 413
    assert body_of(caught.value)["error"]["type"] == "request_too_large"
    assert stage.seen == []
    record = await stage.server.record(caught.value.response.headers["x-claudeflare-request-id"])
    assert (record["terminalState"], record["statusCode"], record["costUsd"]) == ("refused", 413, 0.0)


@pytest.mark.parametrize("name", ["529", "429-windowless;retry-after=0"])
async def test_the_clients_own_retries(stage: Stage, name: str) -> None:
    """The one account fails twice for the first request; the client's second comes through."""
    await stage.server.add("alpha")
    stage.upstream.world.inject(name, account="alpha", times=2)
    async with stage.client(max_retries=2) as client:
        raw = await client.messages.with_raw_response.create(**QUESTION)
    assert raw.retries_taken == 1
    assert stage.asked == ["alpha"] * 3


async def test_a_caller_who_leaves_a_stream(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    stage.upstream.world.inject("stall;after=6", times=1)
    stream = await client.messages.create(**QUESTION, stream=True, extra_headers=scripted(words=50))
    async for event in stream:
        if event.type == "content_block_delta":
            break
    await stream.close()
    async with asyncio.timeout(5):
        await stage.upstream.world.seen.until(lambda seen: seen[-1].client_disconnected)
    record = await stage.server.record(stream.response.headers["x-claudeflare-request-id"])
    assert (record["terminalState"], record["success"]) == ("client_closed", False)
    assert record["inputTokens"] > 0
    assert record["outputTokens"] is not None
    await stage.server.until_standing("alpha", "ok")


async def test_a_caller_who_leaves_before_the_answer(stage: Stage) -> None:
    await stage.server.add("alpha")
    stage.upstream.world.inject("stall", times=1)
    async with stage.client(timeout=0.3) as client:
        with pytest.raises(anthropic.APITimeoutError):
            await client.messages.create(**QUESTION)
    async with asyncio.timeout(5):
        await stage.upstream.world.seen.until(lambda seen: seen[-1].client_disconnected)
    (record, *_) = await stage.server.requests(account="alpha", status="client_closed")
    assert (record["statusCode"], record["costUsd"]) == (499, None)


async def test_headers_of_an_answer(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha")
    raw = await client.messages.with_raw_response.create(**QUESTION)
    headers = raw.headers
    assert headers["x-claudeflare-account"] == "alpha"
    assert headers["x-claudeflare-attempts"] == "1"
    assert headers["request-id"] == stage.seen[0].request_id
    assert headers["anthropic-ratelimit-requests-limit"] == "1000"
    record = await stage.server.record(headers["x-claudeflare-request-id"])
    assert record["upstreamRequestId"] == headers["request-id"]


@pytest.mark.parametrize("encoding", ["gzip", "br"])
@pytest.mark.parametrize("stream", [False, True])
async def test_compressed_answers(stage: Stage, client: AsyncAnthropic, encoding: str, stream: bool) -> None:
    await stage.server.add("alpha")
    headers = {**scripted(text="one two three"), **fault(encoding), "accept-encoding": encoding}
    raw = await client.messages.with_raw_response.create(**QUESTION, stream=stream, extra_headers=headers)
    answer: Any = await raw.parse()
    if stream:
        text = "".join([event.delta.text async for event in answer if event.type == "content_block_delta"])
    else:
        text = text_of(answer)
    assert text == "one two three"
    await _is_metered(stage, raw.headers, encoding)


@pytest.mark.parametrize("stream", [False, True])
async def test_an_encoding_the_client_decodes_itself(stage: Stage, stream: bool) -> None:
    """The official client reads zstd only where a decoder is installed beside it."""
    await stage.server.add("alpha")
    headers = {
        **scripted(text="one two three"),
        **fault("zstd"),
        "accept-encoding": "zstd",
        "anthropic-version": "2023-06-01",
        "x-api-key": "any",
    }
    body = {**QUESTION, "stream": stream}
    async with (
        httpx2.AsyncClient(base_url=stage.server.url) as plain,
        plain.stream("POST", "/v1/messages", json=body, headers=headers) as answer,
    ):
        sent = b"".join([part async for part in answer.aiter_raw()])
    text = zstandard.ZstdDecompressor().decompressobj().decompress(sent)
    assert (b"message_stop" if stream else b"one two three") in text
    await _is_metered(stage, answer.headers, "zstd")


async def _is_metered(stage: Stage, headers: httpx2.Headers, encoding: str) -> None:
    assert headers["content-encoding"] == encoding
    record = await stage.server.record(headers["x-claudeflare-request-id"], terminalState="complete")
    assert record["outputTokens"] > 0
    assert record["costUsd"] > 0
    assert record["contentEncoding"] == encoding


async def test_fifty_at_once(stage: Stage) -> None:
    await stage.server.add("alpha", "beta")

    async def ask(number: int) -> tuple[int, str, str]:
        text = f"answer {number} " * 20
        headers = {**scripted(text=text), "x-claudeflare-session": f"fifty-{number}"}
        if number % 2:
            async with client.messages.stream(**QUESTION, extra_headers=headers) as stream:
                return number, text, await stream.get_final_text()
        message = await client.messages.create(**QUESTION, extra_headers=headers)
        return number, text, text_of(message)

    async with stage.client() as client:
        answers = await asyncio.gather(*(ask(number) for number in range(50)))
    assert [number for number, sent, got in answers if sent != got] == []
    records = await stage.server.requests(lambda found: sum(_one_of_fifty(each) for each in found) == 50)
    assert {each["terminalState"] for each in records if _one_of_fifty(each)} == {"complete"}


def _one_of_fifty(record: Any) -> bool:
    return str(record["sessionId"]).startswith("fifty-")
