"""Skills and the containers they run in, through the official client."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import pytest

from claudeflare.simulator.clock import ManualClock
from claudeflare.simulator.resources.containers import LIFETIME_SECONDS
from claudeflare.simulator.server import SimulatorServer
from harness.simulated_api import api_account, simulated_api

MODEL = "claude-opus-5-5"
HEAD = b"---\nname: tea-maker\ndescription: 'Makes tea.'\n---\n# How\n"
RUNNER: Any = {"type": "code_execution_20250825", "name": "code_execution"}
ASKED: Any = {"model": MODEL, "max_tokens": 64, "messages": [{"role": "user", "content": "Hi"}]}


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


def files(head: bytes = HEAD, directory: str = "tea-maker") -> Any:
    return [(f"{directory}/SKILL.md", head), (f"{directory}/scripts/boil.py", b"print('hot')\n")]


async def test_a_skill_and_its_versions(api: SimulatorServer, client: anthropic.AsyncAnthropic) -> None:
    skill = await client.beta.skills.create(files=files(), display_name="Tea")
    assert skill.id.startswith("skill_01")
    assert (skill.display_name, skill.source.type) == ("Tea", "custom")
    assert await client.beta.skills.retrieve(skill.id) == skill
    first = await client.beta.skills.versions.retrieve(skill.latest_version_id, skill_id=skill.id)
    assert (first.name, first.description, first.skill_id) == ("tea-maker", "Makes tea.", skill.id)
    with pytest.raises(anthropic.BadRequestError, match="at least one version"):
        await client.beta.skills.versions.delete(first.id, skill_id=skill.id)
    api.world.clock.advance(1)
    second = await client.beta.skills.versions.create(skill.id, files=files())
    assert [entry.id for entry in (await client.skills.versions.list(skill.id)).data] == [second.id, first.id]
    newer = await client.skills.retrieve(skill.id)
    assert newer.latest_version_id == second.id
    assert newer.updated_at > newer.created_at
    content = await (await client.beta.skills.versions.download(second.id, skill_id=skill.id)).read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["tea-maker/SKILL.md", "tea-maker/scripts/boil.py"]
        assert archive.read("tea-maker/SKILL.md") == HEAD
    deleted = await client.beta.skills.versions.delete(first.id, skill_id=skill.id)
    assert (deleted.id, deleted.type) == (first.id, "skill_version_deleted")
    with pytest.raises(anthropic.NotFoundError):
        await client.skills.versions.retrieve(first.id, skill_id=skill.id)
    gone = await client.beta.skills.delete(skill.id)
    assert (gone.id, gone.type) == (skill.id, "skill_deleted")
    with pytest.raises(anthropic.NotFoundError):
        await client.skills.retrieve(skill.id)


async def test_published_skills_are_everybodys(
    client: anthropic.AsyncAnthropic, other: anthropic.AsyncAnthropic
) -> None:
    mine = await client.skills.create(files=files())
    assert mine.display_name == "tea-maker"
    everything = [skill.id async for skill in client.skills.list(limit=2)]
    assert everything == [mine.id, "xlsx", "pptx", "pdf", "docx"]
    assert [skill.id for skill in (await client.skills.list(source="custom")).data] == [mine.id]
    assert [skill.id for skill in (await other.skills.list()).data] == everything[1:]
    with pytest.raises(anthropic.BadRequestError, match="published"):
        await client.skills.delete("xlsx")
    for call in (other.skills.retrieve, other.skills.delete, other.skills.versions.list):
        with pytest.raises(anthropic.NotFoundError):
            await call(mine.id)
    with pytest.raises(anthropic.NotFoundError):
        await other.skills.versions.create(mine.id, files=files())


@pytest.mark.parametrize(
    ("uploaded", "message"),
    [
        ([], "files: Field required"),
        ([("SKILL.md", HEAD)], "same top-level directory"),
        ([("a/SKILL.md", HEAD), ("b/x", b"")], "same top-level directory"),
        ([("a/../SKILL.md", HEAD)], "same top-level directory"),
        ([("a/x", b"")], "SKILL.md file must be"),
        ([("a/SKILL.md", b"# Tea")], "YAML frontmatter"),
        ([("a/SKILL.md", b"---\nname: Tea Maker\ndescription: x\n---\n")], "Skill name"),
        ([("a/SKILL.md", b"---\nname: tea\n---\n")], "must have a description"),
    ],
)
async def test_what_is_no_skill_is_refused(client: anthropic.AsyncAnthropic, uploaded: Any, message: str) -> None:
    more: Any = {"display_name": "so that there is a form"}
    with pytest.raises(anthropic.BadRequestError, match=message):
        await client.skills.create(files=uploaded or [], **more) if uploaded else await client.post(
            "/v1/skills",
            cast_to=object,
            body=more,
            files={"other": ("a", b"")},
            options={"headers": {"Content-Type": "multipart/form-data"}},
        )


async def test_limits_of_a_skill(client: anthropic.AsyncAnthropic) -> None:
    with pytest.raises(anthropic.BadRequestError, match="display_name"):
        await client.skills.create(files=files(), display_name="x" * 256)
    skill = await client.skills.create(files=files(b"---\ndescription: Makes tea.\n---\n"))
    with pytest.raises(anthropic.BadRequestError, match="Skill name must stay 'tea-maker'"):
        await client.skills.versions.create(skill.id, files=files(HEAD.replace(b"tea-maker", b"other")))


async def test_a_container_is_reused_by_its_own_account_until_it_is_old(
    api: SimulatorServer, client: anthropic.AsyncAnthropic, other: anthropic.AsyncAnthropic
) -> None:
    assert (await client.messages.create(**ASKED)).container is None
    first = (await client.messages.create(**ASKED, tools=[RUNNER])).container
    assert first is not None
    assert first.id.startswith("container_011C")
    assert first.skills is None
    api.world.clock.advance(600)
    again = (await client.messages.create(**ASKED, tools=[RUNNER], container=first.id)).container
    assert again is not None
    assert again.id == first.id
    assert (again.expires_at - first.expires_at).total_seconds() == 600
    for container in (first.id, {"id": first.id}):
        with pytest.raises(anthropic.NotFoundError, match=f"Container `{first.id}` not found"):
            await other.messages.create(**ASKED, tools=[RUNNER], container=container)  # type: ignore[call-overload]
    api.world.clock.advance(LIFETIME_SECONDS)
    with pytest.raises(anthropic.NotFoundError):
        await client.messages.create(**ASKED, tools=[RUNNER], container=first.id)


async def test_skills_in_a_container(client: anthropic.AsyncAnthropic, other: anthropic.AsyncAnthropic) -> None:
    mine = await client.skills.create(files=files())
    wanted: Any = [
        {"type": "custom", "skill_id": mine.id},
        {"type": "anthropic", "skill_id": "pdf", "version": "latest"},
    ]
    container = (await client.messages.create(**ASKED, tools=[RUNNER], container={"skills": wanted})).container
    assert container is not None
    assert container.skills is not None
    assert [(skill.skill_id, skill.version) for skill in container.skills] == [
        (mine.id, mine.latest_version_id),
        ("pdf", "20251013"),
    ]
    kept = (await client.messages.create(**ASKED, tools=[RUNNER], container=container.id)).container
    assert kept is not None
    assert kept.skills == container.skills
    with pytest.raises(anthropic.NotFoundError, match=f"Skill `{mine.id}` not found"):
        await other.messages.create(**ASKED, tools=[RUNNER], container={"skills": wanted})


@pytest.mark.parametrize(
    ("container", "status"),
    [
        (1, 400),
        ({"id": 1}, 400),
        ({"skills": "pdf"}, 400),
        ({"skills": [{"type": "anthropic", "skill_id": "pdf"}] * 9}, 400),
        ({"skills": [{"type": "else", "skill_id": "pdf"}]}, 400),
        ({"skills": [{"type": "anthropic", "skill_id": 1}]}, 400),
        ({"skills": [{"type": "custom", "skill_id": "pdf"}]}, 404),
        ({"skills": [{"type": "anthropic", "skill_id": "skill_01"}]}, 404),
        ({"skills": [{"type": "anthropic", "skill_id": "pdf", "version": "1"}]}, 404),
    ],
)
async def test_a_container_that_cannot_be_meant(client: anthropic.AsyncAnthropic, container: Any, status: int) -> None:
    with pytest.raises(anthropic.APIStatusError) as refused:
        await client.messages.create(**ASKED, tools=[RUNNER], container=container)
    assert refused.value.status_code == status


async def test_skills_need_code_execution(client: anthropic.AsyncAnthropic) -> None:
    skills: Any = [{"type": "anthropic", "skill_id": "pdf"}]
    with pytest.raises(anthropic.BadRequestError, match="code execution"):
        await client.messages.create(**ASKED, container={"skills": skills})
