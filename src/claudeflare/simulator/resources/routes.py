"""Which resource routes there are."""

from __future__ import annotations

from starlette.routing import Route

from claudeflare.simulator.endpoints import Endpoint, Handler, not_allowed
from claudeflare.simulator.resources import batch_routes, file_routes, skill_routes
from claudeflare.simulator.resources.batches import MAX_BATCH_BYTES
from claudeflare.simulator.resources.files import MAX_FILE_BYTES
from claudeflare.simulator.resources.skill_upload import MAX_UPLOAD_BYTES
from claudeflare.simulator.resources.uploads import FormHandler, Upload
from claudeflare.simulator.world import World

FRAMING_BYTES = 64 * 1024
"""What a form may have around its files."""
_BATCH = "/v1/messages/batches/{batch_id}"
_FILE = "/v1/files/{file_id}"
_SKILL = "/v1/skills/{skill_id}"
_VERSION = f"{_SKILL}/versions/{{version}}"

RESOURCES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/v1/messages/batches", batch_routes.create),
    ("GET", "/v1/messages/batches", batch_routes.list_all),
    ("GET", _BATCH, batch_routes.retrieve),
    ("DELETE", _BATCH, batch_routes.delete),
    ("POST", f"{_BATCH}/cancel", batch_routes.cancel),
    ("GET", f"{_BATCH}/results", batch_routes.results),
    ("GET", "/v1/files", file_routes.list_all),
    ("GET", _FILE, file_routes.retrieve),
    ("DELETE", _FILE, file_routes.delete),
    ("GET", f"{_FILE}/content", file_routes.download),
    ("GET", "/v1/skills", skill_routes.list_all),
    ("GET", _SKILL, skill_routes.retrieve),
    ("DELETE", _SKILL, skill_routes.delete),
    ("GET", f"{_SKILL}/versions", skill_routes.list_versions),
    ("GET", _VERSION, skill_routes.retrieve_version),
    ("DELETE", _VERSION, skill_routes.delete_version),
    ("GET", f"{_VERSION}/content", skill_routes.download_version),
)
UPLOADS: tuple[tuple[str, FormHandler, int, int], ...] = (
    # Path, handler, bytes a file may have, bytes of it that are kept.
    ("/v1/files", file_routes.upload, MAX_FILE_BYTES, 0),
    ("/v1/skills", skill_routes.create, MAX_UPLOAD_BYTES, MAX_UPLOAD_BYTES),
    (f"{_SKILL}/versions", skill_routes.create_version, MAX_UPLOAD_BYTES, MAX_UPLOAD_BYTES),
)


def resource_routes(world: World) -> list[Route]:
    """The routes over this world; their paths with another method are 405."""
    routes = [
        Route(path, Upload(world, handler, size + FRAMING_BYTES, kept), methods=["POST"])
        for path, handler, size, kept in UPLOADS
    ]
    for method, path, handler in RESOURCES:
        routes.append(Route(path, Endpoint(world, handler, _limit(method, path)), methods=[method]))
    return [*routes, *(Route(path, Endpoint(world, not_allowed)) for _, path, _ in RESOURCES)]


def _limit(method: str, path: str) -> int | None:
    return MAX_BATCH_BYTES if (method, path) == ("POST", "/v1/messages/batches") else None
