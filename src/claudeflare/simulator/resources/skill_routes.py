"""The routes below /v1/skills."""

from __future__ import annotations

import msgspec
from starlette.datastructures import QueryParams

from claudeflare.simulator.delivery import Delivery
from claudeflare.simulator.errors import invalid
from claudeflare.simulator.resources.multipart import FormPart
from claudeflare.simulator.resources.pages import page_by_token
from claudeflare.simulator.resources.skill_upload import display_name, read_upload
from claudeflare.simulator.resources.skills import Skill, SkillVersion
from claudeflare.simulator.seeding import identifier
from claudeflare.simulator.visit import Visit


def create(visit: Visit, parts: list[FormPart]) -> Delivery:
    """POST /v1/skills."""
    upload = read_upload(parts)
    skill_id = identifier("skill", visit.world.seed, visit.seen.number)
    skill = Skill(
        id=skill_id,
        display_name=display_name(parts, upload.name),
        source="custom",
        created_at=visit.now,
        versions=(_version(visit, skill_id, parts),),
    )
    visit.world.holdings.skills.put(visit.caller.workspace_id, skill)
    return visit.answer(skill.json())


def list_all(visit: Visit, raw: bytes) -> Delivery:
    """GET /v1/skills."""
    query = QueryParams(visit.scope["query_string"])
    source = query.get("source")
    found = visit.world.holdings.skills.visible(visit.caller.workspace_id)
    entries = [skill.json() for skill in found if not source or skill.source == source]
    return visit.answer(page_by_token(entries, query))


def retrieve(visit: Visit, raw: bytes) -> Delivery:
    """GET /v1/skills/{id}."""
    return visit.answer(_skill(visit).json())


def delete(visit: Visit, raw: bytes) -> Delivery:
    """DELETE /v1/skills/{id}."""
    skill_id = _id(visit)
    visit.world.holdings.skills.remove(visit.caller.workspace_id, skill_id)
    return visit.answer({"id": skill_id, "type": "skill_deleted"})


def create_version(visit: Visit, parts: list[FormPart]) -> Delivery:
    """POST /v1/skills/{id}/versions."""
    skill = visit.world.holdings.skills.own(visit.caller.workspace_id, _id(visit))
    version = _version(visit, skill.id, parts)
    if version.upload.name != skill.versions[0].upload.name:
        raise invalid(f"files: Skill name must stay {skill.versions[0].upload.name!r}")
    changed = msgspec.structs.replace(skill, versions=(*skill.versions, version))
    visit.world.holdings.skills.put(visit.caller.workspace_id, changed)
    return visit.answer(version.json())


def list_versions(visit: Visit, raw: bytes) -> Delivery:
    """GET /v1/skills/{id}/versions."""
    entries = [version.json() for version in reversed(_skill(visit).versions)]
    return visit.answer(page_by_token(entries, QueryParams(visit.scope["query_string"])))


def retrieve_version(visit: Visit, raw: bytes) -> Delivery:
    """GET /v1/skills/{id}/versions/{version}."""
    return visit.answer(_skill(visit).version(_version_id(visit)).json())


def delete_version(visit: Visit, raw: bytes) -> Delivery:
    """DELETE /v1/skills/{id}/versions/{version}."""
    skill = visit.world.holdings.skills.own(visit.caller.workspace_id, _id(visit))
    version = skill.version(_version_id(visit))
    left = tuple(other for other in skill.versions if other.id != version.id)
    if not left:
        raise invalid("A skill holds at least one version: delete the skill itself.")
    visit.world.holdings.skills.put(visit.caller.workspace_id, msgspec.structs.replace(skill, versions=left))
    return visit.answer({"id": version.id, "type": "skill_version_deleted"})


def download_version(visit: Visit, raw: bytes) -> Delivery:
    """GET /v1/skills/{id}/versions/{version}/content."""
    return visit.content(_skill(visit).version(_version_id(visit)).upload.archive(), "application/zip")


def _skill(visit: Visit) -> Skill:
    return visit.world.holdings.skills.get(visit.caller.workspace_id, _id(visit))


def _version(visit: Visit, skill_id: str, parts: list[FormPart]) -> SkillVersion:
    version_id = identifier("skillver", visit.world.seed, visit.seen.number)
    return SkillVersion(id=version_id, skill_id=skill_id, created_at=visit.now, upload=read_upload(parts))


def _id(visit: Visit) -> str:
    skill_id: str = visit.scope["path_params"]["skill_id"]
    return skill_id


def _version_id(visit: Visit) -> str:
    version_id: str = visit.scope["path_params"]["version"]
    return version_id
