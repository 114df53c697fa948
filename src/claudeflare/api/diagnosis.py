"""`/api/diagnosis`: how the server's own parts stand, for `claudeflare doctor`."""

from __future__ import annotations

from typing import Final

import msgspec
from fastapi import APIRouter

from claudeflare.api.schemas.diagnosis import (
    BacklogResource,
    DatabaseResource,
    DiagnosisResource,
    DiskResource,
    WorkersResource,
)
from claudeflare.api.services import ServicesOf
from claudeflare.api.times import to_iso
from claudeflare.home import Home
from claudeflare.journal.backlog import backlog
from claudeflare.journal.payloads import payload_directory
from claudeflare.storage.checkup import checkup
from claudeflare.storage.disk_room import disk_rooms

router = APIRouter(prefix="/api/diagnosis", tags=["maintenance"])

CHECK_SECONDS: Final = 2.0
"""How long the database is looked through for damage; requests are filed meanwhile."""


@router.get("")
def diagnose(services: ServicesOf) -> DiagnosisResource:
    """Whether database, journal, disks and gateways are in order. Looks through the database for up to 2 seconds."""
    home = Home(services.settings.home)
    now = services.clock()
    return DiagnosisResource(
        now=to_iso(now),
        workers=WorkersResource(configured=services.settings.workers, connected=services.gateways.connected()),
        database=DatabaseResource.model_validate(msgspec.structs.asdict(checkup(services.database, CHECK_SECONDS))),
        records=BacklogResource.model_validate(msgspec.structs.asdict(backlog(home.journal, now))),
        payloads=BacklogResource.model_validate(msgspec.structs.asdict(backlog(payload_directory(home.journal), now))),
        disks=[
            DiskResource(path=room.path, free_bytes=room.free_bytes)
            for room in disk_rooms(home.directory, services.database.path)
        ],
    )
