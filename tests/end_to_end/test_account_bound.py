"""Batches, files, skills and containers through the whole product: each in the account that made it, and found."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anthropic import APIStatusError, AsyncAnthropic, BadRequestError, NotFoundError
from stage import CALLER_KEY, MODEL, QUESTION, Stage, body_of

from harness.server import claudeflare_server, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

BETA = {"x-claudeflare-account": "beta"}
RUNNER: Any = {"type": "code_execution_20250825", "name": "code_execution"}


def about(file_id: str, **more: Any) -> Any:
    document = {"type": "document", "source": {"type": "file", "file_id": file_id}}
    return {**QUESTION, "messages": [{"role": "user", "content": [{"type": "text", "text": "Read"}, document]}], **more}


def requests(*ids: str) -> Any:
    return [{"custom_id": one, "params": QUESTION} for one in ids]


async def ended(client: AsyncAnthropic, batch_id: str) -> Any:
    async def over() -> Any:
        batch = await client.messages.batches.retrieve(batch_id)
        return batch if batch.processing_status == "ended" else None

    return await eventually(over, "the batch to end")


async def test_a_batch_from_creation_to_results_to_deletion(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha", "beta")
    batch = await client.messages.batches.create(requests=requests("a", "b"), extra_headers=BETA)
    over = await ended(client, batch.id)
    assert over.results_url == f"{stage.server.url}/v1/messages/batches/{batch.id}/results"
    found = {one.custom_id: one.result.type async for one in await client.messages.batches.results(batch.id)}
    assert found == {"a": "succeeded", "b": "succeeded"}
    assert [one.results_url async for one in client.messages.batches.list(extra_headers=BETA)] == [over.results_url]
    with pytest.raises(BadRequestError, match="already ended"):
        await client.messages.batches.cancel(batch.id)
    assert (await client.messages.batches.delete(batch.id)).id == batch.id
    assert set(stage.asked) == {"beta"}
    with pytest.raises(NotFoundError):
        await client.messages.batches.retrieve(batch.id)
    assert set(stage.asked) == {"alpha", "beta"}  # it is known to nobody any more, so both were asked


async def test_new_batches_are_spread_and_each_is_found(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha", "beta")
    await stage.server.api.post("/api/config/strategy", json={"strategy": "round-robin"})
    try:
        made = [(await client.messages.batches.create(requests=requests("a"))).id for _ in range(4)]
        assert sorted(filter(None, stage.asked)) == ["alpha", "alpha", "beta", "beta"]
        for batch_id in made:
            assert (await client.messages.batches.retrieve(batch_id)).id == batch_id
    finally:
        await stage.server.api.post("/api/config/strategy", json={"strategy": "session"})


async def test_a_file_from_upload_to_use_to_deletion(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha", "beta")
    file = await client.beta.files.upload(file=("a.txt", b"text"), extra_headers=BETA)
    answer = await client.messages.with_raw_response.create(**about(file.id))
    record = await stage.server.record(answer.headers["x-claudeflare-request-id"])
    assert record["accountUsed"] == "beta"
    assert (await client.beta.files.retrieve_metadata(file.id)).filename == "a.txt"
    assert [one.id async for one in client.files.list(extra_headers=BETA)] == [file.id]
    assert [one.id async for one in client.files.list()] == []
    # A file that code execution wrote belongs to the same account, and comes down through the proxy.
    ran = await client.messages.create(**about(file.id, tools=[RUNNER]) | {"messages": run("run, and write a file")},
                                       extra_headers=BETA)  # fmt: skip
    (output,) = [block.content.content[0].file_id for block in ran.content
                 if block.type == "bash_code_execution_tool_result"]  # type: ignore[union-attr, index]  # fmt: skip
    downloaded = await client.beta.files.download(output)
    assert (await downloaded.read()).startswith(b"These bytes")
    assert (await client.beta.files.delete(file.id)).id == file.id
    with pytest.raises(NotFoundError):
        await client.messages.create(**about(file.id))


def run(words: str) -> Any:
    return [{"role": "user", "content": words}]


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_container_is_used_again_where_it_is(stage: Stage, client: AsyncAnthropic, streamed: bool) -> None:
    await stage.server.add("alpha", "beta")
    params: Any = {"model": MODEL, "max_tokens": 1000, "tools": [RUNNER], "messages": run("execute it, write a file")}
    if streamed:
        async with client.messages.stream(**params, extra_headers=BETA) as stream:
            first = await stream.get_final_message()
    else:
        first = await client.messages.create(**params, extra_headers=BETA)
    assert first.container is not None
    again = await client.messages.create(**params, container=first.container.id)
    assert again.container is not None
    assert again.container.id == first.container.id
    assert set(stage.asked) == {"beta"}
    # Which file a stream made is not noted; it is looked for where it may be.
    for block in first.content:
        if block.type == "bash_code_execution_tool_result":
            file_id = block.content.content[0].file_id  # type: ignore[union-attr]
            assert await (await client.beta.files.download(file_id)).read()


async def test_a_skill(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha", "beta")
    skill = await client.beta.skills.create(
        display_name="Sums", files=[("sums/SKILL.md", b"---\nname: sums\ndescription: Adds up.\n---\nAdd.\n")],
        extra_headers=BETA,
    )  # fmt: skip
    container: Any = {"skills": [{"type": "custom", "skill_id": skill.id, "version": "latest"}]}
    params: Any = {"model": MODEL, "max_tokens": 1000, "tools": [RUNNER], "messages": run("Hello")}
    await client.messages.create(**params, container=container)
    assert (await client.beta.skills.retrieve(skill.id)).id == skill.id
    assert set(stage.asked) == {"beta"}


async def test_things_of_two_accounts(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha", "beta")
    one = await client.beta.files.upload(file=("a.txt", b"text"))
    other = await client.beta.files.upload(file=("b.txt", b"text"), extra_headers=BETA)
    content = [*about(one.id)["messages"][0]["content"], *about(other.id)["messages"][0]["content"]]
    with pytest.raises(BadRequestError, match=f"{one.id} is in alpha, {other.id} in beta"):
        await client.messages.create(**{**QUESTION, "messages": [{"role": "user", "content": content}]})


async def test_accounts_that_are_out_or_gone(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("alpha", "beta", "gamma")
    file = await client.beta.files.upload(file=("a.txt", b"text"), extra_headers=BETA)
    await stage.server.act("beta", "pause")
    await stage.server.until_accounts(available=2)
    with pytest.raises(APIStatusError, match="beta: paused by its owner") as refused:
        await client.beta.files.retrieve_metadata(file.id)
    assert refused.value.status_code == 503
    account = await stage.server.account("beta")
    await stage.server.api.request("DELETE", f"/api/accounts/{account['id']}", json={"confirm": "beta"})
    await stage.server.until_accounts(configured=2)
    with pytest.raises(NotFoundError, match="the account beta, which was removed") as gone:
        await client.beta.files.retrieve_metadata(file.id)
    assert body_of(gone.value)["error"]["type"] == "not_found_error"


async def test_gateway_and_control_may_die_in_between(stage: Stage, client: AsyncAnthropic) -> None:
    server = stage.server
    await server.add("alpha", "beta")
    file = await client.beta.files.upload(file=("a.txt", b"text"), extra_headers=BETA)
    batch = await client.messages.batches.create(requests=requests("a"), extra_headers=BETA)
    for plane in ("gateway", "control", "gateway"):
        await server.replaced(plane, server.signal(plane, signal.SIGKILL))
        stage.upstream.world.seen.clear()
        assert (await client.beta.files.retrieve_metadata(file.id)).id == file.id
        assert (await ended(client, batch.id)).id == batch.id
        await client.messages.create(**about(file.id))
        assert set(stage.asked) == {"beta"}


async def test_what_one_worker_has_seen_all_know(stage: Stage, tmp_path: Path) -> None:
    async with claudeflare_server(stage.upstream.url, tmp_path / "home", CLAUDEFLARE_WORKERS="3") as server:
        await server.add("alpha", "beta")
        for _ in range(5):
            async with AsyncAnthropic(base_url=server.url, api_key=CALLER_KEY, max_retries=0) as client:
                file = await client.beta.files.upload(file=("a.txt", b"text"), extra_headers=BETA)
            # Each on a connection of its own, which any of the workers may take.
            for _ in range(4):
                async with AsyncAnthropic(base_url=server.url, api_key=CALLER_KEY, max_retries=0) as client:
                    assert (await client.beta.files.retrieve_metadata(file.id)).id == file.id
                    await client.messages.create(**about(file.id))
        assert set(stage.asked) == {"beta"}
        assert await server.stop() == 0
    async with claudeflare_server(stage.upstream.url, tmp_path / "home") as again:
        async with AsyncAnthropic(base_url=again.url, api_key=CALLER_KEY, max_retries=0) as client:
            await client.messages.create(**about(file.id))
        assert set(stage.asked) == {"beta"}


async def test_a_list_without_a_name_is_always_the_same_accounts(stage: Stage, client: AsyncAnthropic) -> None:
    await stage.server.add("beta", priority=2)
    await stage.server.add("alpha", priority=1)
    async with httpx2.AsyncClient(base_url=stage.server.url, headers={"x-api-key": "sk-ant-api03-caller"}) as plain:
        for path in ("/v1/files", "/v1/messages/batches", "/v1/skills"):
            answer = await plain.get(path, headers={"anthropic-version": "2023-06-01"})
            assert (answer.status_code, answer.headers["x-claudeflare-account"]) == (200, "alpha")
