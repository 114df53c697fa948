"""JSON of `/api/config`."""

from __future__ import annotations

from typing import Any

from claudeflare.api.schemas.shape import Body, Resource


class SettingResource(Resource):
    """One setting."""

    name: str
    """Its field in config.toml; in upper case its environment variable."""
    value: Any
    """`set` or null for secrets."""
    source: str
    """`default`, or where it was set."""


class ConfigurationResource(Resource):
    """The configuration in force."""

    strategy: str
    settings: list[SettingResource]
    version: str
    """Of Claudeflare."""
    compiled: bool
    """Whether its gateway runs as compiled code: several times faster, nothing else."""


class ConfigurationChange(Body):
    """What can change while running; what is left out stays."""

    strategy: str | None = None
    payload_days: int | None = None
    request_days: int | None = None
    payload_max_bytes: int | None = None


class StrategyResource(Resource):
    """The policy in force."""

    strategy: str


class StrategyChange(Body):
    """The policy to use from now on."""

    strategy: str
