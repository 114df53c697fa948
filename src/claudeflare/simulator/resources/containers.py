"""Containers: where code execution and skills run, kept for the workspace whose request began them."""

from __future__ import annotations

from typing import Any

import msgspec

from claudeflare.simulator.errors import ApiError, invalid
from claudeflare.simulator.resources.shelf import Shelf
from claudeflare.simulator.resources.skills import SKILLS_PER_REQUEST, SkillShelf
from claudeflare.simulator.resources.timestamps import timestamp
from claudeflare.simulator.seeding import identifier

LIFETIME_SECONDS = 30 * 86_400
"""After it was made (API docs, code execution)."""
SHOWN_SECONDS = 300
"""`expires_at` is a shorter time that moves with every use."""


class Container(msgspec.Struct, frozen=True, kw_only=True):
    """One container."""

    id: str
    created_at: float
    used_at: float
    skills: tuple[dict[str, str], ...] = ()

    def json(self) -> dict[str, Any]:
        """As an answer shows it."""
        shown: dict[str, Any] = {"id": self.id, "expires_at": timestamp(self.used_at + SHOWN_SECONDS)}
        return {**shown, "skills": list(self.skills) or None}


class Containers:
    """All containers of one simulator."""

    def __init__(self, skills: SkillShelf) -> None:
        self._shelf: Shelf[Container] = Shelf()
        self._skills = skills

    def for_request(self, body: dict[str, Any], workspace_id: str, message_id: str, now: float) -> Container | None:
        """The container a request runs in: the one it names, a new one if it needs one, or None. Keeps nothing.

        Raises ApiError 400 for a field that cannot be meant, 404 for a container or a skill this workspace has not.
        """
        asked = _asked(body)
        if asked.skills and not runs_code(body):
            raise invalid("container: skills can only be used when a code execution tool is enabled")
        skills = tuple(self._skills.loaded(skill, workspace_id) for skill in asked.skills)
        if asked.id is not None:
            found = self._shelf.find(workspace_id, asked.id)
            if found is None or found.created_at + LIFETIME_SECONDS <= now:
                raise ApiError(404, f"Container `{asked.id}` not found.")
            return msgspec.structs.replace(found, used_at=now, skills=skills or found.skills)
        if not runs_code(body):
            return None
        return Container(id=identifier("container", message_id), created_at=now, used_at=now, skills=skills)

    def keep(self, container: Container, workspace_id: str) -> None:
        """Remember a container that was made or used."""
        self._shelf.put(workspace_id, container.id, container)


class _Asked(msgspec.Struct, frozen=True):
    id: str | None = None
    skills: tuple[dict[str, Any], ...] = ()


def runs_code(body: dict[str, Any]) -> bool:
    """Whether the request offers a code execution tool."""
    return any(str(tool.get("type", "")).startswith("code_execution_") for tool in body.get("tools") or ())


def _asked(body: dict[str, Any]) -> _Asked:
    container = body.get("container")
    if container is None:
        return _Asked()
    if isinstance(container, str):
        return _Asked(container)
    if not isinstance(container, dict) or not isinstance(container.get("id"), str | None):
        raise invalid("container: Input should be a valid string or an object with `id` and `skills`")
    skills = container.get("skills") or []
    if not isinstance(skills, list) or not all(isinstance(skill, dict) for skill in skills):
        raise invalid("container.skills: Input should be a valid list")
    if len(skills) > SKILLS_PER_REQUEST:
        raise invalid(f"container.skills: List should have at most {SKILLS_PER_REQUEST} items")
    return _Asked(container.get("id"), tuple(skills))
