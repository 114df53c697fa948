"""Things by their id, each in the workspace it was made in: no other workspace finds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Shelf(Generic[Thing]):
    """All things of one kind in one simulator."""

    def __init__(self) -> None:
        self._workspaces: dict[str, dict[str, Thing]] = {}

    def put(self, workspace_id: str, thing_id: str, thing: Thing) -> None:
        """Keep a thing, or what has become of it."""
        self._workspaces.setdefault(workspace_id, {})[thing_id] = thing

    def find(self, workspace_id: str, thing_id: str) -> Thing | None:
        """The thing, if this workspace has it."""
        return self._workspaces.get(workspace_id, {}).get(thing_id)

    def remove(self, workspace_id: str, thing_id: str) -> None:
        """Throw a thing away that is there."""
        del self._workspaces[workspace_id][thing_id]

    def newest_first(self, workspace_id: str) -> list[Thing]:
        """A workspace's things, the last one made first, which is the order of lists."""
        return list(reversed(self._workspaces.get(workspace_id, {}).values()))

    def forget(self, workspace_id: str, gone: Callable[[Thing], bool]) -> None:
        """Throw away what is gone by now."""
        things = self._workspaces.get(workspace_id, {})
        for thing_id in [thing_id for thing_id, thing in things.items() if gone(thing)]:
            del things[thing_id]

    def __len__(self) -> int:
        return sum(map(len, self._workspaces.values()))

    def __repr__(self) -> str:
        return f"<Shelf {len(self)} in {len(self._workspaces)} workspaces>"
