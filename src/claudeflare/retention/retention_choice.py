"""How long what is recorded is kept: as set at the start, until it is changed while running."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from claudeflare.errors import InvalidInput
from claudeflare.settings import Settings
from claudeflare.settings_values import RULES, read_value
from claudeflare.storage.metadata import MetadataStore

_DEFAULT: Final = "default"
_SETTINGS: Final = {
    "payload_days": "data_retention_days",
    "request_days": "request_retention_days",
    "payload_max_bytes": "payload_max_bytes",
}
"""Field of `Kept` -> field of `Settings`, which also names the stored value."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The limits in force."""

    payload_days: int
    request_days: int
    payload_max_bytes: int


class RetentionChoice:
    """Command line, environment and file win at the start; a choice made while running wins until the next start."""

    def __init__(self, settings: Settings, sources: Mapping[str, str], metadata: MetadataStore) -> None:
        self._settings = settings
        self._sources = sources
        self._metadata = metadata
        self._chosen_now: dict[str, int] = {}

    def current(self) -> Kept:
        """The limits in force. Raises `StorageError`."""
        return Kept(**{name: self._value(setting) for name, setting in _SETTINGS.items()})

    def with_changes(self, changes: Mapping[str, int]) -> Kept:
        """The limits as they would be with these, by field of `Kept`. Raises `InvalidInput` and `StorageError`."""
        return msgspec.structs.replace(self.current(), **{name: _checked(name, each) for name, each in changes.items()})

    def choose(self, changes: Mapping[str, int]) -> None:
        """Change limits, by field of `Kept`, from now on. Raises `InvalidInput`, and then changes nothing."""
        values = {_SETTINGS[name]: _checked(name, value) for name, value in changes.items()}
        for setting, value in values.items():
            self._metadata.set(setting, str(value))
        self._chosen_now |= values

    def _value(self, setting: str) -> int:
        if setting in self._chosen_now:
            return self._chosen_now[setting]
        explicit = self._sources.get(setting, _DEFAULT) != _DEFAULT
        stored = None if explicit else self._metadata.get(setting)
        try:
            return int(getattr(self._settings, setting) if stored is None else read_value(setting, stored))
        except ValueError:
            # Written by a version that allowed it.
            return int(getattr(self._settings, setting))


def _checked(name: str, value: int) -> int:
    rule = RULES[_SETTINGS[name]]
    if not rule.accepts(value):
        raise InvalidInput(f"{value} is not possible here; allowed: {rule.allowed}.")
    return value
