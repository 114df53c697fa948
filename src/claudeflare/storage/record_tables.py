"""Every table beside those of payloads, whichever module describes it: what a copy of the database has to have."""

from __future__ import annotations

from claudeflare.storage import access_tables, client_key_tables, happenings, limit_history, rollup_tables, tables

record_metadata = tables.metadata
"""Complete once the others are imported, which is why they are here."""

DESCRIBED_IN = (tables, access_tables, client_key_tables, happenings, limit_history, rollup_tables)
"""A test compares with what the migrations make: a module that is missing here would be missing in backups."""
