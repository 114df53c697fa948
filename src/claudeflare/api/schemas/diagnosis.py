"""JSON of `/api/diagnosis`."""

from __future__ import annotations

from claudeflare.api.schemas.shape import Resource


class DatabaseResource(Resource):
    """The database. With `error`, what comes after it is not known."""

    place: str
    """Where it is; without a password."""
    error: str | None
    """Why it cannot be used, and what to do."""
    engine: str
    """As `SQLite 3.45.1`."""
    revision: str | None
    """Of its tables."""
    needed_revision: str
    """The one this version works with."""
    known_revision: bool
    """False: a newer version made its tables."""
    sound: bool | None
    """Null: not known, because to look took too long, or because the database's server looks after that itself."""
    damage: list[str]
    """The first words about it."""


class BacklogResource(Resource):
    """Journal segments whose writers are done with them, so that nothing but control keeps them there."""

    segments: int
    bytes: int
    oldest_seconds: float | None
    """How long the oldest has been waiting; null: there is none."""
    set_aside: int
    """Damaged segments that were put aside: what could be read of them was."""


class DiskResource(Resource):
    """One disk, by a directory on it."""

    path: str
    free_bytes: int


class WorkersResource(Resource):
    """Gateway processes."""

    configured: int
    connected: int
    """Of these, how many speak to control now."""


class DiagnosisResource(Resource):
    """What only the server can see of itself."""

    now: str
    """By its clock."""
    workers: WorkersResource
    database: DatabaseResource
    records: BacklogResource
    """Of requests, on their way to the database."""
    payloads: BacklogResource
    """Captured bodies, on the same way."""
    disks: list[DiskResource]
    """That of the data directory, and that of the database's file where it is another."""
