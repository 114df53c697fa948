"""The API as one ASGI application."""

from __future__ import annotations

from typing import Final

from fastapi import Depends, FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from claudeflare import __version__
from claudeflare.api import (
    accounts,
    analysis,
    analytics,
    audit,
    configuration,
    diagnosis,
    documentation,
    events,
    glance,
    imports,
    keys,
    limit_history,
    logs,
    maintenance,
    metrics,
    oauth,
    payloads,
    queue,
    requests,
    retention,
    secrets,
    sign_in,
    simulate,
    stats,
    strategies,
)
from claudeflare.api.auditing import Auditing, audited
from claudeflare.api.dashboard import dashboard_router
from claudeflare.api.dashboard_files import DashboardFiles, dashboard_directory
from claudeflare.api.description import DescribedApp
from claudeflare.api.errors import install_error_handlers
from claudeflare.api.schemas.error import Error
from claudeflare.api.security import Security
from claudeflare.api.services import Services

ERROR: Final = {"model": Error, "description": "What is wrong, and what to do."}


def create_app(services: Services) -> FastAPI:
    """Every resource over these services; see `security` for who may call it."""
    app = describe_app()
    app.include_router(dashboard_router(DashboardFiles(dashboard_directory())))
    app.state.services = services
    # A page of the list is a tenth of its size then; event streams are left alone.
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=4)
    app.add_middleware(Auditing, services=services)
    app.add_middleware(Security, services=services)  # the outermost
    return app


def describe_app() -> FastAPI:
    """Every route, without anything behind it: enough to describe the API."""
    app = DescribedApp(
        title="Claudeflare",
        version=__version__,
        docs_url=None,  # FastAPI's own page loads scripts from elsewhere; ours is `documentation`
        openapi_url="/api/openapi.json",
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        # A redirect would name control's private address, and a name may end in a slash.
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        responses={"4XX": ERROR, "5XX": ERROR},
        dependencies=[Depends(audited)],
    )
    for resource in (
        limit_history,  # before `accounts`, where what is left of the path is a name
        accounts,
        requests,
        payloads,
        stats,
        analytics,
        configuration,
        retention,
        strategies,
        queue,
        glance,
        simulate,
        logs,
        maintenance,
        analysis,
        diagnosis,
        oauth,
        secrets,
        events,
        metrics,
        documentation,
        sign_in,
        audit,
        keys,
        imports,
    ):
        app.include_router(resource.router)
    install_error_handlers(app)
    return app
