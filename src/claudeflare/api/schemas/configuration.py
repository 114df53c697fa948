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


class StrategyResource(Resource):
    """The policy in force."""

    strategy: str


class StrategyChange(Body):
    """The policy to use from now on."""

    strategy: str
