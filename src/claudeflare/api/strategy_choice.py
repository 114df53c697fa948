"""Which policy is in force: the one somebody set explicitly at the start, the one set while running, or the default."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from claudeflare.errors import InvalidInput
from claudeflare.settings import STRATEGIES, Settings
from claudeflare.storage.metadata import STRATEGY, MetadataStore

DEFAULT = "default"
"""The source of a setting that nobody set."""


class StrategyChoice:
    """Command line, environment and file win at the start; a choice made while running wins until the next start."""

    def __init__(
        self,
        settings: Settings,
        sources: Mapping[str, str],
        metadata: MetadataStore,
        known: Collection[str] = STRATEGIES,
    ) -> None:
        self._settings = settings
        self._explicit = sources.get("lb_strategy", DEFAULT) != DEFAULT
        self._metadata = metadata
        self._known = known
        self._chosen_now: str | None = None

    def current(self) -> str:
        """The policy's name."""
        if self._chosen_now is not None:
            return self._chosen_now
        stored = None if self._explicit else self._metadata.get(STRATEGY)
        # A database may name a policy of another version.
        return stored if stored in self._known and stored is not None else self._settings.lb_strategy

    def check(self, name: str) -> None:
        """Raises `InvalidInput` for what is no policy's name."""
        if name not in self._known:
            raise InvalidInput(f"There is no strategy {name!r}. Use one of: {', '.join(self._known)}.")

    def choose(self, name: str) -> None:
        """Use this policy from now on, and after a restart unless a setting says otherwise. Raises `InvalidInput`."""
        self.check(name)
        self._metadata.set(STRATEGY, name)
        self._chosen_now = name
