"""Each way an attempt can fail: what the caller sees, which accounts are asked, what is recorded and learnt."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

import anthropic
import pytest
from anthropic import AsyncAnthropic
from stage import QUESTION, Stage, attempts, body_of, scripted, text_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

SERVED = ("beta", "served", 200, "relay")


@dataclass(frozen=True)
class Row:
    """One row of the failover table: the first of two accounts fails so, again and again."""

    fault: str
    outcome: str
    status: int | None
    tries: int = 1
    """Attempts on the failing account."""
    standing: str = "ok"
    """What the account is found to be afterwards."""


MOVES = [
    *(Row(str(status), "server_error", status, tries=2) for status in (500, 502, 503, 504, 520)),
    Row("html-502", "server_error", 502, tries=2),
    Row("529", "overloaded", 529, tries=2, standing="cooling down"),
    Row("429-bucket", "rate_limited", 429, standing="limited: sonnet"),
    Row("429-ramp", "rate_limited", 429, standing="limited"),
    Row("429-window", "rate_limited", 429, standing="limited"),
    Row("429-model-window", "rate_limited", 429, standing="limited: sonnet"),
    Row("429-windowless", "rate_limited", 429),
    Row("429-spend", "spend_limited", 429, standing="limited"),
    Row("400-own-limit", "spend_limited", 400, standing="limited"),
    Row("400-credit", "spend_limited", 400, standing="needs attention"),
    Row("402", "spend_limited", 402, standing="needs attention"),
    Row("401", "credential_refused", 401, standing="needs attention"),
    Row("403-account", "account_refused", 403, standing="needs attention"),
    Row("400-disabled", "account_refused", 400, standing="needs attention"),
    Row("reset-before-answer", "answer_lost", None),
    Row("close-before-answer", "answer_lost", None),
]


async def ask(client: AsyncAnthropic, stream: bool, **options: Any) -> tuple[str, str]:
    """The request's id, and the text of its answer."""
    headers = {**scripted(text="Good day"), **options.pop("extra_headers", {})}
    if not stream:
        raw = await client.messages.with_raw_response.create(**QUESTION, extra_headers=headers, **options)
        return raw.headers["x-claudeflare-request-id"], text_of(await raw.parse())
    async with client.messages.stream(**QUESTION, extra_headers=headers, **options) as answer:
        return answer.response.headers["x-claudeflare-request-id"], await answer.get_final_text()


async def read(stream: Any, kinds: list[str]) -> None:
    """Read a stream to its end, noting the kind of each event."""
    async for event in stream:
        kinds.append(event.type)


async def two_accounts(stage: Stage) -> None:
    """`alpha`, which is asked first, and `beta`."""
    await stage.server.add("alpha")
    await stage.server.add("beta", priority=1)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("row", MOVES, ids=lambda row: row.fault)
async def test_another_account_answers(stage: Stage, client: AsyncAnthropic, row: Row, stream: bool) -> None:
    await two_accounts(stage)
    stage.upstream.world.inject(row.fault, account="alpha")
    request_id, text = await ask(client, stream)
    assert text == "Good day"
    assert stage.asked == ["alpha"] * row.tries + ["beta"]
    record = await stage.server.record(request_id, terminalState="complete")
    steps = ["retry"] * (row.tries - 1) + ["another"]
    assert attempts(record) == [("alpha", row.outcome, row.status, step) for step in steps] + [SERVED]
    assert (record["accountUsed"], record["failoverAttempts"], record["success"]) == ("beta", 1, True)
    assert [each["maybeBilled"] for each in record["attempts"]] == [row.outcome == "answer_lost"] * row.tries + [False]
    await stage.server.until_standing("alpha", row.standing)
    await stage.server.until_standing("beta", "ok")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_an_account_that_cannot_be_reached(stage: Stage, client: AsyncAnthropic, stream: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = f"http://127.0.0.1:{listener.getsockname()[1]}"
    await stage.server.add("alpha", baseUrl=nobody)
    await stage.server.add("beta", priority=1)
    request_id, text = await ask(client, stream)
    assert text == "Good day"
    record = await stage.server.record(request_id)
    failed = ("alpha", "connect_failed", None)
    assert attempts(record) == [(*failed, "retry"), (*failed, "another"), SERVED]


@pytest.mark.parametrize("name", ["529-first-event", "error-mid-stream;after=0;type=api_error"])
async def test_an_error_as_the_first_event_of_a_stream(stage: Stage, client: AsyncAnthropic, name: str) -> None:
    await two_accounts(stage)
    stage.upstream.world.inject(name, account="alpha")
    request_id, text = await ask(client, stream=True)
    assert text == "Good day"
    assert stage.asked == ["alpha", "alpha", "beta"]
    record = await stage.server.record(request_id, terminalState="complete")
    assert [each["outcome"] for each in record["attempts"]][-1] == "served"
    assert record["errorMessage"] is None


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(("name", "standing"), [("on-hold", "needs attention"), ("not-authorized-use", "ok")])
async def test_a_refusal_on_policy_is_never_taken_elsewhere(
    stage: Stage, client: AsyncAnthropic, name: str, standing: str, stream: bool
) -> None:
    await two_accounts(stage)
    stage.upstream.world.inject(name, account="alpha", times=1)
    with pytest.raises(anthropic.BadRequestError) as caught:
        await ask(client, stream)
    assert caught.value.request_id == stage.seen[0].request_id
    assert stage.asked == ["alpha"]
    record = await stage.server.record(caught.value.response.headers["x-claudeflare-request-id"])
    assert attempts(record) == [("alpha", "policy_refused", 400, "relay")]
    assert (record["terminalState"], record["success"], record["statusCode"]) == ("complete", False, 400)
    assert record["errorMessage"] in str(caught.value)
    await stage.server.until_standing("alpha", standing)


@pytest.mark.parametrize("changes", [{"max_tokens": -1}, {"model": "claude-nothing-9"}])
async def test_the_requests_own_fault_is_its_answer(stage: Stage, client: AsyncAnthropic, changes: Any) -> None:
    await two_accounts(stage)
    with pytest.raises(anthropic.APIStatusError) as caught:
        await client.messages.create(**{**QUESTION, **changes})
    assert stage.asked == ["alpha"]
    record = await stage.server.record(caught.value.response.headers["x-claudeflare-request-id"])
    assert attempts(record) == [("alpha", "rejected", caught.value.status_code, "relay")]
    assert record["attempts"][0]["errorBody"] == caught.value.response.text
    await stage.server.until_standing("alpha", "ok")


@pytest.mark.parametrize("name", ["500", "529", "429-bucket"])
async def test_helpers_of_the_api_are_not_taken_elsewhere(stage: Stage, client: AsyncAnthropic, name: str) -> None:
    """An error of count_tokens is its answer, and says nothing of messages; a limit is the exception."""
    await two_accounts(stage)
    stage.upstream.world.inject(name, account="alpha", path="/v1/messages/count_tokens")
    counting = client.messages.count_tokens(model=QUESTION["model"], messages=QUESTION["messages"])
    if name.startswith("429"):
        assert (await counting).input_tokens > 0
        assert stage.asked == ["alpha", "beta"]
    else:
        with pytest.raises(anthropic.APIStatusError):
            await counting
        assert stage.asked == ["alpha"]
    stage.upstream.world.seen.clear()
    await ask(client, False, extra_headers={"x-claudeflare-session": "another"})
    assert stage.asked == ["alpha"]


@pytest.mark.parametrize("name", ["500", "529", "html-502", "401", "402", "429-spend", "429-windowless"])
async def test_when_nobody_is_left_the_last_answer_is_relayed(stage: Stage, client: AsyncAnthropic, name: str) -> None:
    await two_accounts(stage)
    stage.upstream.world.inject(name)
    with pytest.raises(anthropic.APIStatusError) as caught:
        await ask(client, stream=False)
    last = stage.seen[-1]
    assert last.account == "beta"
    assert caught.value.status_code == last.status
    if name == "html-502":
        assert "<html" in caught.value.response.text.lower()
    else:
        assert body_of(caught.value)["request_id"] == last.request_id
    record = await stage.server.record(caught.value.response.headers["x-claudeflare-request-id"])
    assert (record["accountUsed"], record["statusCode"], record["success"]) == ("beta", last.status, False)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("kind", ["bucket", "ramp"])
async def test_when_all_are_limited_ours_says_when_the_first_comes_back(
    stage: Stage, client: AsyncAnthropic, kind: str, stream: bool
) -> None:
    await two_accounts(stage)
    stage.upstream.world.inject(f"429-{kind};retry-after=200", account="alpha")
    stage.upstream.world.inject(f"429-{kind};retry-after=900", account="beta")
    with pytest.raises(anthropic.RateLimitError) as caught:
        await ask(client, stream)
    headers = caught.value.response.headers
    assert 190 < int(headers["retry-after"]) <= 200
    assert headers["x-should-retry"] == "false"
    error = body_of(caught.value)["error"]
    assert error["type"] == "rate_limit_error"
    assert {each["account"] for each in error["details"]["accounts"]} == {"alpha", "beta"}
    record = await stage.server.record(headers["x-claudeflare-request-id"])
    assert [step for *_, step in attempts(record)] == ["another", "refuse"]
    assert (record["terminalState"], record["statusCode"], record["queuedMs"]) == ("refused", 429, 0)


async def test_an_account_that_fails_again_and_again_is_left_alone_for_a_while(
    stage: Stage, client: AsyncAnthropic
) -> None:
    await two_accounts(stage)
    stage.upstream.world.inject("503", account="alpha")
    for number in range(5):
        await ask(client, False, extra_headers={"x-claudeflare-session": str(number)})
    stage.upstream.world.seen.clear()
    await ask(client, False, extra_headers={"x-claudeflare-session": "another"})
    assert stage.asked == ["beta"]
    # It is a guess, so with nobody else left it is tried, and a success ends it.
    stage.upstream.world.faults.clear()
    await stage.server.act("beta", "pause")
    await stage.server.until_accounts(available=0)
    await ask(client, False)
    await stage.server.until_accounts(available=1)


async def test_limits_without_a_window_that_repeat_keep_an_account_out(stage: Stage, client: AsyncAnthropic) -> None:
    await two_accounts(stage)
    stage.upstream.world.inject("429-windowless", account="alpha")
    for session, asked in (("1", ["alpha", "beta"]), ("2", ["alpha", "beta"]), ("3", ["beta"])):
        stage.upstream.world.seen.clear()
        await ask(client, False, extra_headers={"x-claudeflare-session": session})
        assert stage.asked == asked


async def test_a_message_that_dies_before_its_content_is_taken_elsewhere_unseen(
    stage: Stage, client: AsyncAnthropic
) -> None:
    """`message_start` is held back while there is another account to go to."""
    await two_accounts(stage)
    stage.upstream.world.inject("abort-mid-stream;after=1", account="alpha")
    request_id, text = await ask(client, stream=True)
    assert text == "Good day"
    assert stage.asked == ["alpha", "beta"]
    record = await stage.server.record(request_id, terminalState="complete")
    assert attempts(record) == [("alpha", "answer_lost", 200, "another"), SERVED]
    assert record["attempts"][0]["maybeBilled"]


async def test_the_start_of_a_message_is_not_held_back_where_there_is_nobody_else(
    stage: Stage, client: AsyncAnthropic
) -> None:
    await stage.server.add("alpha")
    stage.upstream.world.inject("abort-mid-stream;after=1")
    stream = await client.messages.create(**QUESTION, stream=True)
    events: list[str] = []
    with pytest.raises(anthropic.APIStatusError):
        await read(stream, events)
    assert events == ["message_start"]
    record = await stage.server.record(stream.response.headers["x-claudeflare-request-id"])
    assert (record["terminalState"], attempts(record)) == ("truncated", [("alpha", "interrupted", 200, "relay")])


@pytest.mark.parametrize("name", ["reset-before-answer", "close-before-answer"])
async def test_when_no_answer_came_ours_says_so(stage: Stage, client: AsyncAnthropic, name: str) -> None:
    await stage.server.add("alpha")
    stage.upstream.world.inject(name)
    with pytest.raises(anthropic.InternalServerError) as caught:
        await ask(client, stream=False)
    assert caught.value.status_code == 502
    assert body_of(caught.value)["error"]["type"] == "api_error"
    record = await stage.server.record(caught.value.response.headers["x-claudeflare-request-id"])
    assert (record["terminalState"], record["statusCode"], record["costUsd"]) == ("error", 502, None)


@pytest.mark.parametrize("how", ["rst", "fin"])
async def test_a_stream_that_breaks_off(stage: Stage, client: AsyncAnthropic, how: str) -> None:
    await two_accounts(stage)
    stage.upstream.world.inject(f"abort-mid-stream;after=6;how={how}", account="alpha")
    stream = await client.messages.create(**QUESTION, stream=True, extra_headers=scripted(words=40))
    events: list[str] = []
    with pytest.raises(anthropic.APIStatusError) as caught:
        await read(stream, events)
    assert "content_block_delta" in events
    assert "message_stop" not in events
    assert body_of(caught.value)["error"]["type"] == "api_error"
    assert stage.asked == ["alpha"]
    record = await stage.server.record(stream.response.headers["x-claudeflare-request-id"])
    assert (record["terminalState"], record["success"]) == ("truncated", False)
    assert attempts(record) == [("alpha", "interrupted", 200, "relay")]
    assert record["inputTokens"] > 0


async def test_an_error_event_within_a_stream(stage: Stage, client: AsyncAnthropic) -> None:
    await two_accounts(stage)
    stage.upstream.world.inject("error-mid-stream;after=6", account="alpha")
    stream = await client.messages.create(**QUESTION, stream=True, extra_headers=scripted(words=40))
    with pytest.raises(anthropic.APIStatusError) as caught:
        await read(stream, [])
    assert body_of(caught.value)["error"]["type"] == "overloaded_error"
    record = await stage.server.record(stream.response.headers["x-claudeflare-request-id"])
    assert (record["terminalState"], record["errorType"]) == ("truncated", "overloaded_error")


async def test_a_whole_answer_that_breaks_off(stage: Stage, client: AsyncAnthropic) -> None:
    await two_accounts(stage)
    stage.upstream.world.inject("abort-mid-stream;after=1", account="alpha")
    with pytest.raises(anthropic.APIConnectionError):
        await ask(client, stream=False)
    (record, *_) = await stage.server.requests(account="alpha", status="truncated")
    assert record["success"] is False


async def test_a_limit_holds_for_the_whole_organization(stage: Stage, client: AsyncAnthropic) -> None:
    """`beta` is known to be of the same organization, and is not even asked."""
    await stage.server.add("alpha")
    await stage.server.add("delta", "gamma", priority=1)
    for name in ("alpha", "delta", "gamma"):
        await ask(client, False, extra_headers={"x-claudeflare-account": name, "x-claudeflare-session": name})
    stage.upstream.world.seen.clear()
    stage.upstream.world.inject("429-bucket", account="alpha")
    await ask(client, stream=False)
    assert stage.asked == ["alpha", "gamma"]
    await stage.server.until_standing("delta", "limited: sonnet")
    # Other models are not limited.
    stage.upstream.world.faults.clear()
    stage.upstream.world.seen.clear()
    other_model = {**QUESTION, "model": "claude-haiku-4-5"}
    await client.messages.create(**other_model, extra_headers={"x-claudeflare-session": "another"})
    assert stage.asked == ["alpha"]


async def test_a_short_stated_wait_is_waited_out_where_there_is_nobody_else(
    stage: Stage, client: AsyncAnthropic
) -> None:
    await stage.server.add("alpha")
    stage.upstream.world.inject("429-windowless;retry-after=0", times=1)
    request_id, _ = await ask(client, stream=False)
    record = await stage.server.record(request_id)
    assert [step for *_, step in attempts(record)] == ["retry", "relay"]


async def test_nobody_is_available(stage: Stage, client: AsyncAnthropic) -> None:
    """The next request after the one that met the limit is told when to come back."""
    await stage.server.add("alpha")
    stage.upstream.world.inject("429-window;seconds=600")
    with pytest.raises(anthropic.RateLimitError):
        await ask(client, stream=False)
    stage.upstream.world.seen.clear()
    with pytest.raises(anthropic.RateLimitError) as caught:
        await ask(client, stream=True)
    headers = caught.value.response.headers
    assert 590 < int(headers["retry-after"]) <= 631
    assert headers["x-should-retry"] == "false"
    assert body_of(caught.value)["error"]["type"] == "rate_limit_error"
    assert "alpha" in body_of(caught.value)["error"]["message"]
    assert stage.seen == []
    record = await stage.server.record(headers["x-claudeflare-request-id"])
    assert (record["terminalState"], record["statusCode"], record["attempts"]) == ("refused", 429, [])
    assert record["accountUsed"] is None
