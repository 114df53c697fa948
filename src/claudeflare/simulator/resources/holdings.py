"""All that the workspaces of one simulator have made and kept."""

from __future__ import annotations

from claudeflare.simulator.resources.batches import Batch
from claudeflare.simulator.resources.containers import Containers
from claudeflare.simulator.resources.files import StoredFile
from claudeflare.simulator.resources.shelf import Shelf
from claudeflare.simulator.resources.skills import SkillShelf
from claudeflare.simulator.resources.threads import Threads


class Holdings:
    """Empty at the start of a simulator, and again after `restart`."""

    def __init__(self) -> None:
        self.batches: Shelf[Batch] = Shelf()
        self.files: Shelf[StoredFile] = Shelf()
        self.skills = SkillShelf()
        self.containers = Containers(self.skills)
        self.threads = Threads()

    def __repr__(self) -> str:
        return f"<Holdings {len(self.batches)} batches, {len(self.files)} files>"
