"""Files, through the official client: uploaded, listed, used, expired, foreign; and what code execution wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx2
import pytest

from claudeflare.simulator.clock import ManualClock
from claudeflare.simulator.resources.files import MAX_FILE_BYTES, stored_name
from claudeflare.simulator.server import SimulatorServer
from harness.simulated_api import api_account, simulated_api

MODEL = "claude-opus-5-5"
HEADERS = {"x-api-key": "sk-ant-api03-work", "anthropic-version": "2023-06-01"}
RUNNER: Any = {"type": "code_execution_20250825", "name": "code_execution"}


@pytest.fixture
async def api() -> AsyncIterator[SimulatorServer]:
    async with simulated_api([api_account("work"), api_account("other")], clock=ManualClock()) as server:
        yield server


@pytest.fixture
async def client(api: SimulatorServer) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(base_url=api.url, api_key="sk-ant-api03-work", max_retries=0) as work:
        yield work


@pytest.fixture
async def other(api: SimulatorServer) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(base_url=api.url, api_key="sk-ant-api03-other", max_retries=0) as stranger:
        yield stranger


def speaks_of(block: Any) -> Any:
    return [{"role": "user", "content": [{"type": "text", "text": "Look"}, block]}]


def document(file_id: str) -> Any:
    return {"type": "document", "source": {"type": "file", "file_id": file_id}}


async def test_a_file_from_upload_to_deletion(api: SimulatorServer, client: anthropic.AsyncAnthropic) -> None:
    file = await client.beta.files.upload(file=("a dir/report.pdf", b"%PDF" * 256, "application/pdf"))
    assert file.id.startswith("file_011C")
    assert len(file.id) == 29
    assert (file.filename, file.mime_type, file.size_bytes) == ("report.pdf", "application/pdf", 1024)
    assert (file.downloadable, file.expires_at) == (False, None)
    assert await client.beta.files.retrieve_metadata(file.id) == file
    assert [entry.id for entry in (await client.files.list()).data] == [file.id]
    with pytest.raises(anthropic.BadRequestError) as refused:
        await client.beta.files.download(file.id)
    assert refused.value.body["error"]["details"] == {"error_code": "file_not_downloadable"}  # type: ignore[index]
    deleted = await client.beta.files.delete(file.id)
    assert (deleted.id, deleted.type) == (file.id, "file_deleted")
    with pytest.raises(anthropic.NotFoundError, match=f"File `{file.id}` not found"):
        await client.beta.files.retrieve_metadata(file.id)


async def test_another_account_finds_nothing(client: anthropic.AsyncAnthropic, other: anthropic.AsyncAnthropic) -> None:
    file = await client.beta.files.upload(file=("a.txt", b"text"))
    for call in (other.beta.files.retrieve_metadata, other.beta.files.download, other.beta.files.delete):
        with pytest.raises(anthropic.NotFoundError):
            await call(file.id)
    assert (await other.files.list()).data == []
    assert (await other.files.list(ids=[file.id])).data == []
    for block in (
        document(file.id),
        {"type": "image", "source": {"type": "file", "file_id": file.id}},
        {"type": "container_upload", "file_id": file.id},
    ):
        with pytest.raises(anthropic.NotFoundError, match=f"File `{file.id}` not found"):
            await other.messages.create(model=MODEL, max_tokens=64, messages=speaks_of(block))
        assert await client.messages.create(model=MODEL, max_tokens=64, messages=speaks_of(block))
    with pytest.raises(anthropic.NotFoundError):
        await other.messages.count_tokens(model=MODEL, messages=speaks_of(document(file.id)))
    call: Any = {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}]}
    shown = [{"type": "tool_result", "tool_use_id": "toolu_1", "content": [document(file.id)]}]
    turns: Any = [{"role": "user", "content": "Hi"}, call, {"role": "user", "content": shown}]
    with pytest.raises(anthropic.NotFoundError):
        await other.messages.create(model=MODEL, max_tokens=64, messages=turns)
    with pytest.raises(anthropic.BadRequestError):
        await client.messages.create(model=MODEL, max_tokens=64, messages=speaks_of(document(1)))  # type: ignore[arg-type]


async def test_a_file_expires(api: SimulatorServer, client: anthropic.AsyncAnthropic) -> None:
    file = await client.files.upload(file=("a.txt", b"text"), expires_in_seconds=3600)
    assert file.expires_at is not None
    assert (file.expires_at - file.created_at).total_seconds() == 3600
    api.world.clock.advance(3600)
    with pytest.raises(anthropic.NotFoundError) as refused:
        await client.messages.create(model=MODEL, max_tokens=64, messages=speaks_of(document(file.id)))
    assert refused.value.body["error"]["details"] == {"error_code": "file_expired"}  # type: ignore[index]
    assert (await client.files.retrieve_metadata(file.id)).id == file.id
    for wrong in (3599, 7_776_001):
        with pytest.raises(anthropic.BadRequestError, match="expires_in_seconds"):
            await client.files.upload(file=("a.txt", b"text"), expires_in_seconds=wrong)


async def test_lists_in_both_shapes(client: anthropic.AsyncAnthropic, api: SimulatorServer) -> None:
    made = [(await client.files.upload(file=(f"{n}.txt", b""))).id for n in range(5)]
    assert [entry.id async for entry in client.files.list(limit=2)] == made[::-1]
    chosen = await client.files.list(ids=[made[1], made[3], "file_none"])
    assert ({entry.id for entry in chosen.data}, chosen.next_page) == ({made[1], made[3]}, None)
    async with httpx2.AsyncClient(base_url=api.url, headers=HEADERS) as http:
        old = await http.get("/v1/files?limit=2", headers={"anthropic-beta": "files-api-2025-04-14"})
        expected = {"has_more": True, "first_id": made[4], "last_id": made[3]}
        assert {name: value for name, value in old.json().items() if name != "data"} == expected
        for wrong in ("limit=x", "page=1", "page=page_!", "page=page_eA", "ids[]=a&limit=2"):
            assert (await http.get(f"/v1/files?{wrong}")).status_code == 400


async def test_uploads_are_not_measured_by_the_limit_of_messages(client: anthropic.AsyncAnthropic) -> None:
    size = 33 * 1024 * 1024
    assert (await client.files.upload(file=("a.bin", b"\0" * size))).size_bytes == size


async def test_what_is_no_upload_is_refused(api: SimulatorServer) -> None:
    async with httpx2.AsyncClient(base_url=api.url, headers=HEADERS) as http:
        plain = await http.post("/v1/files", json={})
        assert "Expected multipart/form-data" in plain.json()["error"]["message"]
        other = await http.post("/v1/files", files={"document": ("a.txt", b"")})
        assert other.json()["error"]["message"] == "file: Field required"
        cut = {"content-type": "multipart/form-data; boundary=b"}
        assert (await http.post("/v1/files", content=b"--b\r\n", headers=cut)).status_code == 400
        assert (await http.post("/v1/files", content=b"--b??", headers=cut)).status_code == 400
        # The key is looked at before the form.
        assert (await http.post("/v1/files", json={}, headers={"x-api-key": "wrong"})).status_code == 401
        assert (await http.put("/v1/files", json={})).status_code == 405
    assert api.world.seen[0].body_bytes == 2
    assert api.world.seen[0].status == 400


async def test_too_large_a_file_is_refused_by_the_edge(api: SimulatorServer) -> None:
    piece = b"x" * (1024 * 1024)
    body = (piece for _ in range(MAX_FILE_BYTES // len(piece) + 1))

    async def pieces() -> AsyncIterator[bytes]:
        for part in body:
            yield part

    async with httpx2.AsyncClient(base_url=api.url, headers=HEADERS, timeout=60) as http:
        refused = await http.post(
            "/v1/files", content=pieces(), headers={"content-type": "multipart/form-data; boundary=b"}
        )
    assert refused.status_code == 413
    assert "request-id" not in refused.headers


def test_names_and_types_are_made_up_where_there_are_none() -> None:
    assert stored_name("", "application/pdf") == "unnamed.pdf"
    assert stored_name("c:\\dir\\a.txt", "text/plain") == "a.txt"


async def test_kinds_of_files(client: anthropic.AsyncAnthropic) -> None:
    assert (await client.files.upload(file=("a.png", b""))).mime_type == "image/png"
    with pytest.raises(anthropic.BadRequestError, match="Invalid filename"):
        await client.files.upload(file=("a|b", b""))


@pytest.mark.parametrize("streaming", [False, True])
async def test_what_code_execution_wrote_can_be_downloaded(
    client: anthropic.AsyncAnthropic, other: anthropic.AsyncAnthropic, streaming: bool
) -> None:
    asked: Any = {"model": MODEL, "max_tokens": 512, "tools": [RUNNER]}
    asked["messages"] = [{"role": "user", "content": "Run it and write a file"}]
    if streaming:
        async with client.messages.stream(**asked) as stream:
            message = await stream.get_final_message()
    else:
        message = await client.messages.create(**asked)
    call, result = message.content[0], message.content[1]
    assert call.type == "server_tool_use"
    assert result.type == "bash_code_execution_tool_result"
    assert message.container is not None
    assert result.content.type == "bash_code_execution_result"
    file_id = result.content.content[0].file_id
    downloaded = await client.beta.files.download(file_id)
    assert await downloaded.read() == b"These bytes were written by code execution.\n"
    assert (await client.files.retrieve_metadata(file_id)).downloadable
    with pytest.raises(anthropic.NotFoundError):
        await other.beta.files.download(file_id)
