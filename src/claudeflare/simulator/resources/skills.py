"""Skills a workspace has, each with its versions, and the four that everybody has."""

from __future__ import annotations

from typing import Any

import msgspec

from claudeflare.simulator.errors import ApiError, invalid
from claudeflare.simulator.resources.shelf import Shelf
from claudeflare.simulator.resources.skill_upload import SkillUpload
from claudeflare.simulator.resources.timestamps import timestamp

SKILLS_PER_REQUEST = 8
PUBLISHED_AT = 1_760_313_600.0
"""13 October 2025."""


class SkillVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a skill."""

    id: str
    skill_id: str
    created_at: float
    upload: SkillUpload

    def json(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "id": self.id,
            "type": "skill_version",
            "skill_id": self.skill_id,
            "name": self.upload.name,
            "description": self.upload.description,
            "created_at": timestamp(self.created_at),
        }


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    """One skill; it has at least one version, the newest last."""

    id: str
    display_name: str
    source: str
    created_at: float
    versions: tuple[SkillVersion, ...]

    def json(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "id": self.id,
            "type": "skill",
            "display_name": self.display_name,
            "latest_version_id": self.versions[-1].id,
            "source": {"type": self.source},
            "created_at": timestamp(self.created_at),
            "updated_at": timestamp(self.versions[-1].created_at),
        }

    def version(self, wanted: str) -> SkillVersion:
        """The version with this id, or the `latest`. Raises ApiError 404."""
        if wanted == "latest":
            return self.versions[-1]
        for version in self.versions:
            if version.id == wanted:
                return version
        raise ApiError(404, f"Skill version `{wanted}` not found.")


class SkillShelf:
    """All skills of one simulator."""

    def __init__(self) -> None:
        self._shelf: Shelf[Skill] = Shelf()

    def visible(self, workspace_id: str) -> list[Skill]:
        """What this workspace can use: its own, the newest first, then those published for all."""
        return [*self._shelf.newest_first(workspace_id), *PUBLISHED.values()]

    def get(self, workspace_id: str, skill_id: str) -> Skill:
        """One of them. Raises ApiError 404."""
        skill = PUBLISHED.get(skill_id) or self._shelf.find(workspace_id, skill_id)
        if skill is None:
            raise ApiError(404, f"Skill `{skill_id}` not found.")
        return skill

    def own(self, workspace_id: str, skill_id: str) -> Skill:
        """One that can be changed. Raises ApiError 404, or 400 for a published one."""
        if skill_id in PUBLISHED:
            raise invalid(f"Skill `{skill_id}` is published by Anthropic and cannot be changed.")
        return self.get(workspace_id, skill_id)

    def put(self, workspace_id: str, skill: Skill) -> None:
        """Keep a skill, or what has become of it."""
        self._shelf.put(workspace_id, skill.id, skill)

    def remove(self, workspace_id: str, skill_id: str) -> None:
        """Remove a skill with all its versions. Raises ApiError 404, or 400 for a published one."""
        self._shelf.remove(workspace_id, self.own(workspace_id, skill_id).id)

    def loaded(self, asked: dict[str, Any], workspace_id: str) -> dict[str, str]:
        """An entry of `container.skills` as the answer shows it. Raises ApiError 400 or 404."""
        kind, skill_id, wanted = asked.get("type"), asked.get("skill_id"), asked.get("version", "latest")
        if kind not in ("anthropic", "custom"):
            raise invalid("container.skills.type: Input should be 'anthropic' or 'custom'")
        if not isinstance(skill_id, str) or not isinstance(wanted, str):
            raise invalid("container.skills.skill_id: Input should be a valid string")
        if (skill_id in PUBLISHED) != (kind == "anthropic"):
            raise ApiError(404, f"Skill `{skill_id}` not found.")
        version = self.get(workspace_id, skill_id).version(wanted)
        return {"type": kind, "skill_id": skill_id, "version": version.id}


def _published(skill_id: str, name: str) -> Skill:
    upload = SkillUpload(name=skill_id, description=f"Reads and writes {name}.", files={})
    version = SkillVersion(id="20251013", skill_id=skill_id, created_at=PUBLISHED_AT, upload=upload)
    return Skill(id=skill_id, display_name=name, source="anthropic", created_at=PUBLISHED_AT, versions=(version,))


PUBLISHED = {
    skill_id: _published(skill_id, name)
    for skill_id, name in (
        ("xlsx", "Excel spreadsheets"),
        ("pptx", "PowerPoint presentations"),
        ("pdf", "PDF documents"),
        ("docx", "Word documents"),
    )
}
