"""`/api/config`: every setting in force with its source, and the policy, which can change while running."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter

from claudeflare import __version__
from claudeflare.api.schemas.configuration import (
    ConfigurationChange,
    ConfigurationResource,
    SettingResource,
    StrategyChange,
    StrategyResource,
)
from claudeflare.api.services import ServicesOf
from claudeflare.api.strategy_choice import DEFAULT
from claudeflare.http1 import plain_head
from claudeflare.settings import SECRETS

router = APIRouter(prefix="/api/config", tags=["configuration"])


@router.get("")
def show_configuration(services: ServicesOf) -> ConfigurationResource:
    """Every setting as it was read at the start; of secrets, whether they are set."""
    values = msgspec.structs.asdict(services.settings)
    return ConfigurationResource(
        strategy=services.strategy.current(),
        settings=[
            SettingResource(
                name=name,
                value=("set" if value else None) if name in SECRETS else value,
                source=services.sources.get(name, DEFAULT),
            )
            for name, value in values.items()
        ],
        version=__version__,
        compiled=not str(plain_head.__file__).endswith(".py"),
    )


@router.patch("")
def change_configuration(change: ConfigurationChange, services: ServicesOf) -> ConfigurationResource:
    """Change what is named in the body, all of it or nothing: the policy, and how long and how much is kept."""
    if change.strategy is not None:
        services.strategy.check(change.strategy)
    services.retention_choice.choose(change.model_dump(exclude_none=True, exclude={"strategy"}))
    if change.strategy is not None:
        services.strategy.choose(change.strategy)
        services.gateways.configuration_changed()
    return show_configuration(services)


@router.get("/strategy")
def show_strategy(services: ServicesOf) -> StrategyResource:
    """The policy in force."""
    return StrategyResource(strategy=services.strategy.current())


@router.post("/strategy")
def change_strategy(change: StrategyChange, services: ServicesOf) -> StrategyResource:
    """Use another policy from now on; running requests stay where they are."""
    services.strategy.choose(change.strategy)
    services.gateways.configuration_changed()
    return StrategyResource(strategy=services.strategy.current())
