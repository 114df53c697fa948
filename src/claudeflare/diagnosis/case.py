"""What is examined: the settings and environment of a command, the server it means, and what that server says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from claudeflare.errors import ClaudeflareError
from claudeflare.home import Home
from claudeflare.settings import Settings
from claudeflare.settings_sources import LoadedSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The world around the command."""

    loaded: LoadedSettings
    settings: Settings
    """Those of `loaded`; of a server that runs, its own, as soon as they are known."""
    environ: Mapping[str, str]
    url: str | None = None
    """A server named explicitly, which may be another machine's; None: that of the data directory."""
    token: str | None = field(default=None, repr=False)
    clock: Callable[[], float]
    """UTC epoch seconds."""
    zone: tzinfo | None = None

    @property
    def home(self) -> Home:
        """The data directory."""
        return Home(self.loaded.settings.home)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question brought: JSON, or why there is none."""

    value: Any = None
    failure: str | None = None
    error: ClaudeflareError | None = None
    """What that came from, if it was one of ours."""

    def __bool__(self) -> bool:
        return self.failure is None and self.value is not None


NOT_ASKED = Answer()


def unexpected_answer(error: Exception) -> Answer:
    """A mistake, of ours or of who answered."""
    return Answer(failure=f"It could not be asked ({type(error).__name__}: {error}).")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known from the server, or without one from the data directory."""

    health: Answer = NOT_ASKED
    config: Answer = NOT_ASKED
    accounts: Answer = NOT_ASKED
    keys: Answer = NOT_ASKED
    condition: Answer = NOT_ASKED
    """`/api/diagnosis`."""
    asked_at: float = 0.0
    """When it was, by our clock."""
