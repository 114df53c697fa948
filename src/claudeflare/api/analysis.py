"""`/api/maintenance/analysis`: where the databases' space goes, and the time of those who ask them."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Query

from claudeflare.api.schemas import analysis as schemas
from claudeflare.api.services import Services, ServicesOf
from claudeflare.api.standard_reads import Read, standard_reads
from claudeflare.api.times import to_iso
from claudeflare.errors import Conflict
from claudeflare.home import Home
from claudeflare.journal.payloads import payload_directory
from claudeflare.retention.retention import DAY_SECONDS
from claudeflare.storage.database import Database
from claudeflare.storage.database_report import DatabaseReport
from claudeflare.storage.report_parts import Sizes
from claudeflare.storage.retention_forecast import payloads_to_go, records_to_go
from claudeflare.storage.slow_statements import SlowStatement, without_values

router = APIRouter(prefix="/api/maintenance", tags=["maintenance"])

RECORD_TABLES: Final = ("requests", "request_details")
"""Whose rows go when records do."""

Days = Annotated[int | None, Query(description="As if this were set; what is set when nothing is said")]


@router.get("/analysis")
def analyze(
    services: ServicesOf,
    *,
    exact: Annotated[bool, Query(description="Read all of a large SQLite database instead of estimating")] = False,
    plans: Annotated[bool, Query(description="With the plan of each statement")] = False,
    payload_days: Annotated[Days, Query(alias="payloadDays")] = None,
    request_days: Annotated[Days, Query(alias="requestDays")] = None,
) -> schemas.AnalysisResource:
    """Sizes of tables and indexes, how long the usual questions take, and what retention and compaction would free.

    Takes seconds. One runs at a time; another is answered 409.
    """
    changes = {"payload_days": payload_days, "request_days": request_days}
    kept = services.retention_choice.with_changes({name: days for name, days in changes.items() if days is not None})
    if not services.analyzing.acquire(blocking=False):
        raise Conflict("An analysis runs already; ask again when it is over.")
    try:
        began = time.monotonic()
        analysis = _Analysis(services, exact=exact, plans=plans)
        return schemas.AnalysisResource(
            at=to_iso(services.clock()),
            databases=analysis.databases(),
            files=files_of(Home(services.settings.home)),
            reads=analysis.reads,
            slow_statements=[_slow(each) for database in services.databases for each in database.statements.slowest()],
            retention=analysis.forecast(kept.request_days, kept.payload_days, kept.payload_max_bytes),
            compaction_bytes=sum(each.free_bytes for each in analysis.sizes),
            ms=(time.monotonic() - began) * 1000,
        )
    finally:
        services.analyzing.release()


class _Analysis:
    """One, of all databases."""

    def __init__(self, services: Services, *, exact: bool, plans: bool) -> None:
        self._services = services
        self._plans = plans
        self._reports = {database: DatabaseReport(database) for database in services.databases}
        self._used_by: defaultdict[tuple[Database, str], dict[str, None]] = defaultdict(dict)
        # First: what sizes read of a large file drives from memory what questions find there at other times.
        reads = [self._read(each) for each in standard_reads(services, services.databases)]
        self.reads = sorted(reads, key=lambda each: each.ms, reverse=True)
        with self._unnoticed():
            self.sizes = [report.sizes(exact=exact) for report in self._reports.values()]

    def databases(self) -> list[schemas.DatabaseAnalysis]:
        """In their order."""
        return [self._database(database, sizes) for database, sizes in zip(self._reports, self.sizes, strict=True)]

    def forecast(self, request_days: int, payload_days: int, most_bytes: int) -> schemas.RetentionForecast:
        """Under these limits."""
        now = self._services.clock()
        records, payload_rows = self._services.databases[0], self._services.databases[-1]
        with self._unnoticed():
            requests = records_to_go(records, now - request_days * DAY_SECONDS)
            payloads = payloads_to_go(payload_rows, now - min(payload_days, request_days) * DAY_SECONDS, most_bytes)
        return schemas.RetentionForecast(
            request_days=request_days,
            payload_days=payload_days,
            payload_max_bytes=most_bytes,
            requests=requests.rows,
            requests_exact=requests.exact,
            request_bytes=_share(self.sizes[0], requests.rows),
            payloads=payloads.rows,
            payload_bytes=payloads.bytes,
            payload_excess_bytes=payloads.excess_bytes,
        )

    def _database(self, database: Database, sizes: Sizes) -> schemas.DatabaseAnalysis:
        return schemas.DatabaseAnalysis(
            place=database.place,
            kind=sizes.kind,
            bytes=sizes.bytes,
            free_bytes=sizes.free_bytes,
            log_bytes=sizes.log_bytes,
            tables=[
                schemas.TableAnalysis(
                    name=each.name,
                    rows=each.rows,
                    bytes=each.bytes,
                    index_bytes=each.index_bytes,
                    exact=each.exact,
                    unused_bytes=each.unused_bytes,
                    dead_rows=each.dead_rows,
                )
                for each in sizes.tables
            ],
            indexes=[
                schemas.IndexAnalysis(
                    name=each.name,
                    table=each.table,
                    bytes=each.bytes,
                    exact=each.exact,
                    scans=each.scans,
                    used_by=[*self._used_by[database, each.name]],
                )
                for each in sizes.indexes
            ],
        )

    def _read(self, read: Read) -> schemas.ReadAnalysis:
        found: dict[str, schemas.ReadStatement] = {}
        for database, execution in read.executed:
            if execution.statement.startswith("BEGIN"):
                continue
            text = without_values(execution.statement)
            ms = execution.seconds * 1000
            if (known := found.get(text)) is not None:
                known.times, known.ms = known.times + 1, known.ms + ms
                continue
            with database.statements.recording():
                plan, indexes = self._reports[database].plan(execution.statement, execution.parameters)
            for name in indexes:
                self._used_by[database, name][read.name] = None
            shown = plan if self._plans else None
            found[text] = schemas.ReadStatement(statement=text, times=1, ms=ms, plan=shown)
        statements = sorted(found.values(), key=lambda each: each.ms, reverse=True)
        return schemas.ReadAnalysis(
            name=read.name,
            ms=read.seconds * 1000,
            database_ms=sum(each.ms for each in statements),
            statements=statements,
        )

    def _unnoticed(self) -> ExitStack:
        """What an analysis itself asks is none of the slow statements it reports."""
        with ExitStack() as recordings:
            for database in self._services.databases:
                recordings.enter_context(database.statements.recording())
            return recordings.pop_all()


def files_of(home: Home) -> list[schemas.Files]:
    """What lies in the data directory beside the databases."""
    found = {
        "journal": home.journal,
        "journal of payloads": payload_directory(home.journal),
        "logs": home.logs,
        "backups": home.directory / "backups",
    }
    return [_files(name, directory) for name, directory in found.items()]


def _files(name: str, directory: Path) -> schemas.Files:
    sizes = []
    for path in directory.iterdir() if directory.is_dir() else ():
        try:
            if path.is_file():
                sizes.append(path.stat().st_size)
        except FileNotFoundError:
            continue  # a segment whose records are filed goes at any moment
    return schemas.Files(name=name, count=len(sizes), bytes=sum(sizes))


def _share(sizes: Sizes, rows: int) -> int | None:
    """What so many records take of the tables that hold them."""
    tables = [each for each in sizes.tables if each.name in RECORD_TABLES]
    records = next(each.rows for each in tables if each.name == RECORD_TABLES[0])
    if any(each.bytes is None for each in tables):
        return None
    return round(sum(each.total_bytes for each in tables) * min(1.0, rows / records)) if records else 0


def _slow(each: SlowStatement) -> schemas.SlowStatement:
    return schemas.SlowStatement(
        statement=each.statement,
        times=each.times,
        slowest_ms=each.slowest_seconds * 1000,
        total_ms=each.total_seconds * 1000,
        last_at=to_iso(each.last_at),
    )
