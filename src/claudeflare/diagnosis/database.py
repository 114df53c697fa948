"""The database: it opens, has this version's tables, and is not damaged."""

from __future__ import annotations

from claudeflare.diagnosis.finding import Finding, of_error, ok, problem, warning
from claudeflare.storage.checkup import DatabaseCondition

_RESTORE = "stop the server, then: claudeflare restore FILE (copies made before upgrades are in backups/)"


def check_database(database: DatabaseCondition | None, *, served: bool) -> list[Finding]:
    """Of what was seen; None: there is none yet. `served`: a server has it open."""
    if database is None:
        return [ok("database", "There is none yet: it is made when the server starts.")]
    if database.error is not None:
        return [of_error("database", database.error, _RESTORE)]
    name = f"{database.engine}, {database.place}"
    found = []
    if database.damage:
        found.append(problem("database", f"It is damaged: {database.place}", _RESTORE, "; ".join(database.damage)))
    if not database.known_revision:
        summary = f"A newer version of Claudeflare made its tables (schema {database.revision})."
        found.append(problem("database", summary, "install that version again, or restore a backup made before"))
    elif database.revision is None:
        found.append(ok("database", f"{name}: empty, its tables are made when the server starts."))
    elif database.revision != database.needed_revision:
        change = f"from schema {database.revision} to {database.needed_revision}"
        if served:
            summary = f"The server works with older tables than this version needs ({change})."
            found.append(warning("database", summary, "restart the server"))
        else:
            found.append(ok("database", f"{name}: upgraded when the server starts, {change}."))
    elif not database.damage:
        found.append(ok("database", _sound(name, database)))
    return found


def _sound(name: str, database: DatabaseCondition) -> str:
    if database.sound:
        return f"{name}: no damage."
    if database.engine.startswith("SQLite"):
        return f"{name}: no damage seen in the time there was."
    return f"{name}: answers."
