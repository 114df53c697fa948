"""Free space where records and bodies are written."""

from __future__ import annotations

from collections.abc import Iterable

from claudeflare.diagnosis.finding import Finding, ok, problem, warning
from claudeflare.formatting import size
from claudeflare.settings import Settings
from claudeflare.storage.disk_room import DiskRoom

NEARLY_FULL_BYTES = 64_000_000
"""Less than a few segments of the journal and one upgrade of the database need."""


def check_disks(disks: Iterable[DiskRoom], settings: Settings) -> list[Finding]:
    """Each of them."""
    return [_check(disk, settings) for disk in disks]


def _check(disk: DiskRoom, settings: Settings) -> Finding:
    free = f"{size(disk.free_bytes)} free on the disk of {disk.path}"
    cure = "free some space there: `claudeflare clear-history --help`, CLAUDEFLARE_PAYLOAD_MAX_BYTES, or other files"
    if disk.free_bytes < NEARLY_FULL_BYTES:
        return problem("disk", f"Only {free}: requests will go unrecorded.", cure)
    if settings.payloads == "on" and disk.free_bytes < settings.payload_min_free_bytes:
        floor = size(settings.payload_min_free_bytes)
        return warning("disk", f"Only {free}: below {floor} bodies are not recorded.", cure)
    return ok("disk", f"{free}.")
