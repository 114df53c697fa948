"""The tables of who may use this server and who changed what; part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Named, Table, TypedColumns

from claudeflare.storage.tables import Key, metadata


class SessionColumns(TypedColumns):
    """Browsers that are signed in; `storage.sessions.StoredSession`."""

    id: Named[str] = Column(Key, primary_key=True)
    digest: Named[str] = Column(Key, unique=True)
    """SHA-256 of what the cookie holds: a copy of the database signs nobody in."""
    created: Named[float]
    used_at: Named[float]
    address: Named[str | None]
    user_agent: Named[str | None]


sessions = Table("sessions", metadata, SessionColumns)


class AuditColumns(TypedColumns):
    """Every change the owner made; `storage.audit.AuditEntry`."""

    id: Named[int] = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    """Rises with time."""
    at: Named[float]
    who: Named[str] = Column(Key)
    session_id: Named[str | None]
    """Refers to nothing on purpose: entries outlive sessions."""
    address: Named[str | None]
    action: Named[str] = Column(Key)
    subject: Named[str | None] = Column(Key)
    before: Named[str | None]
    """JSON: what changed, as it was. Never a secret."""
    after: Named[str | None]


audit_log = Table(
    "audit_log",
    metadata,
    AuditColumns,
    Index(None, "at"),
    Index(None, "action", "id"),
    Index(None, "subject", "id"),
)
