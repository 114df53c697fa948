"""An analysis of the databases in a terminal: what takes space, what takes time, what could go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from claudeflare.formatting import UNKNOWN, absolute, compact, count_of, epoch, milliseconds, size
from claudeflare.presentation.tables import heading, pairs, table

if TYPE_CHECKING:
    from datetime import tzinfo

    from rich.console import RenderableType

Json = dict[str, Any]

UNUSED_BYTES: Final = 100_000
"""An index that no question uses and that is smaller matters to nobody."""
NAMED: Final = 3
"""Questions named beside an index; how many more there are is all that matters then."""
SMALL: Final = 0.001
"""Tables and indexes with a smaller share of their database are told in one line, or not at all."""


def analysis_parts(answer: Json, zone: tzinfo | None) -> Iterator[RenderableType]:
    """All of it, part by part."""
    for database in answer["databases"]:
        yield from _database(database)
        yield ""
    yield heading("Files")
    yield pairs(
        (each["name"], f"{size(each['bytes'])} in {count_of(each['count'], 'file')}") for each in answer["files"]
    )
    yield ""
    yield heading("The usual questions, asked now")
    yield from _reads(answer["reads"])
    yield ""
    yield from _slow(answer["slowStatements"], zone)
    yield ""
    yield from _room(answer)


def _database(database: Json) -> Iterator[RenderableType]:
    log = f", log {size(database['logBytes'])}" if database["logBytes"] is not None else ""
    free = f", {size(database['freeBytes'])} of it free" if database["kind"] == "sqlite" else ""
    yield heading(f"{database['place']}: {size(database['bytes'])}{free}{log}")
    least = database["bytes"] * SMALL
    yield _tables(database["tables"], least, is_postgresql=database["kind"] == "postgresql")
    yield ""
    yield _indexes(database["indexes"], least, is_postgresql=database["kind"] == "postgresql")


def _tables(tables: list[Json], least: float, *, is_postgresql: bool) -> RenderableType:
    last = "Dead rows" if is_postgresql else "Unused"
    grid = table("Table", "Rows", "Size", "Indexes", last, right=("Rows", "Size", "Indexes", last))
    large = [each for each in tables if each["rows"] and (each["bytes"] is None or _total(each) >= least)]
    for each in large:
        wasted = f"{each['deadRows']:,}" if is_postgresql else size(each["unusedBytes"])
        rows = f"{each['rows']:,}" if each["exact"] else f"about {compact(each['rows'])}"
        grid.add_row(each["name"], rows, *(_about(each, name) for name in ("bytes", "indexBytes")), wasted)
    if small := [each for each in tables if each not in large]:
        rest = sum(map(_total, small))
        grid.add_row(f"{len(small)} others", f"{sum(each['rows'] for each in small):,}", size(rest), "", "")
    return grid


def _indexes(indexes: list[Json], least: float, *, is_postgresql: bool) -> RenderableType:
    columns = ("Index", "Size", *(("Used",) if is_postgresql else ()), "Used by")
    grid = table(*columns, right=("Size", "Used"))
    for each in indexes:
        if each["usedBy"] or (each["bytes"] or 0) >= max(least, UNUSED_BYTES):
            used = (f"{each['scans']:,}" if each["scans"] is not None else UNKNOWN,) if is_postgresql else ()
            grid.add_row(each["name"], _about(each, "bytes"), *used, _named(each["usedBy"]))
    return grid


def _reads(reads: list[Json]) -> Iterator[RenderableType]:
    right = ("Time", "Of it database", "Statements")
    grid = table("Question", *right, right=right)
    for read in reads:
        statements = sum(each["times"] for each in read["statements"])
        grid.add_row(read["name"], milliseconds(read["ms"]), milliseconds(read["databaseMs"]), str(statements))
    yield grid
    for read in reads:
        planned = [each for each in read["statements"] if each["plan"]]
        if planned:
            yield ""
            yield heading(read["name"])
        for each in planned:
            yield f"{milliseconds(each['ms'])}  {each['statement']}"
            yield from (f"    {line}" for line in each["plan"])


def _slow(statements: list[Json], zone: tzinfo | None) -> Iterator[RenderableType]:
    if not statements:
        yield "No statement took longer than 100 ms since the server was started."
        return
    yield heading("Statements over 100 ms since the server was started")
    grid = table("Slowest", "Times", "Last", "Statement", right=("Slowest", "Times"))
    for each in statements:
        last = absolute(epoch(each["lastAt"]), zone)
        grid.add_row(milliseconds(each["slowestMs"]), f"{each['times']:,}", last, each["statement"])
    yield grid


def _room(answer: Json) -> Iterator[RenderableType]:
    kept = answer["retention"]
    yield heading("What could go")
    requests = count_of(kept["requests"], "record") if kept["requestsExact"] else f"about {kept['requests']:,} records"
    bodies = f"{kept['payloads']:,} {'body' if kept['payloads'] == 1 else 'bodies'}"
    rows = [
        (f"Records past {count_of(kept['requestDays'], 'day')}", f"{requests}, about {size(kept['requestBytes'])}"),
        (f"Bodies past {count_of(kept['payloadDays'], 'day')}", f"{bodies}, about {size(kept['payloadBytes'])}"),
        (f"Bodies beyond {size(kept['payloadMaxBytes'])}", f"about {size(kept['payloadExcessBytes'])}"),
        ("Compaction now", size(answer["compactionBytes"])),
    ]
    yield pairs(rows)


def _named(questions: list[str]) -> str:
    more = len(questions) - NAMED
    return ", ".join(questions[:NAMED]) + (f" and {more} more" if more > 0 else "") or UNKNOWN


def _total(each: Json) -> int:
    total: int = (each["bytes"] or 0) + (each["indexBytes"] or 0)
    return total


def _about(each: Json, name: str) -> str:
    return size(each[name]) if each["exact"] or not each[name] else f"about {size(each[name])}"
