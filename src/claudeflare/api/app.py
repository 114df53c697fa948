"""The API as one ASGI application."""

from __future__ import annotations

from fastapi import FastAPI

from claudeflare import __version__
from claudeflare.api import (
    accounts,
    configuration,
    logs,
    maintenance,
    payloads,
    queue,
    requests,
    retention,
    simulate,
    stats,
    strategies,
)
from claudeflare.api.errors import install_error_handlers
from claudeflare.api.security import Security, allowed_hosts
from claudeflare.api.services import Services


def create_app(services: Services) -> FastAPI:
    """Every resource over these services; see `security` for who may call it."""
    app = FastAPI(
        title="Claudeflare",
        version=__version__,
        docs_url="/api/docs",
        openapi_url="/api/openapi.json",
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        # A redirect would name control's private address, and a name may end in a slash.
        redirect_slashes=False,
    )
    app.state.services = services
    for resource in (
        accounts,
        requests,
        payloads,
        stats,
        configuration,
        retention,
        strategies,
        queue,
        simulate,
        logs,
        maintenance,
    ):
        app.include_router(resource.router)
    install_error_handlers(app)
    app.add_middleware(Security, token=services.token, allowed=allowed_hosts(services.settings))
    return app
