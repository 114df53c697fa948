"""Run by Alembic for every command: the caller passes the connection, with its transaction already begun."""

from __future__ import annotations

from alembic import context

from claudeflare.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite can alter little of a table in place; batch mode copies it instead.
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
