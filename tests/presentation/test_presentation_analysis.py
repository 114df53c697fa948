from __future__ import annotations

from datetime import UTC
from typing import Any

from rich.console import Console

from claudeflare.presentation.analysis import analysis_parts


def table(name: str, **fields: Any) -> dict[str, Any]:
    given = {"rows": 10, "bytes": 600_000_000, "indexBytes": 0, "exact": True, "unusedBytes": None, "deadRows": 3}
    return {"name": name} | given | fields


def index(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "table": "requests", "bytes": 50_000_000, "exact": True, "scans": 7, "usedBy": []} | fields


def answer(**fields: Any) -> dict[str, Any]:
    database = {
        "place": "postgresql://db/claudeflare",
        "kind": "postgresql",
        "bytes": 1_000_000_000,
        "freeBytes": 0,
        "logBytes": None,
        "tables": [
            table("requests", rows=10_000_000, exact=False, indexBytes=300_000_000),
            table("accounts", bytes=8192),
            table("pins", bytes=8192, rows=0),
        ],
        "indexes": [
            index("ix_many", usedBy=["a", "b", "c", "d", "e"]),
            index("ix_idle", scans=0),
            index("ix_tiny", bytes=8192),
        ],
    }
    retention = {
        "requestDays": 1,
        "payloadDays": 7,
        "payloadMaxBytes": 2_000_000_000,
        "requests": 6_786_874,
        "requestsExact": False,
        "requestBytes": 4_800_000_000,
        "payloads": 1,
        "payloadBytes": 10,
        "payloadExcessBytes": 0,
    }
    return {
        "databases": [database],
        "files": [{"name": "journal", "count": 1, "bytes": 500}],
        "reads": [],
        "slowStatements": [],
        "retention": retention,
        "compactionBytes": 0,
    } | fields


def shown(value: dict[str, Any]) -> list[str]:
    console = Console(width=120, record=True, file=None, quiet=True, markup=False, highlight=False)
    with console.capture() as captured:
        console.quiet = False
        for part in analysis_parts(value, UTC):
            console.print(part)
    return [line.rstrip() for line in captured.get().splitlines()]


def test_a_large_database_of_postgresql() -> None:
    assert shown(answer())[:12] == [
        "postgresql://db/claudeflare: 1.0 GB",
        "Table             Rows          Size       Indexes  Dead rows",
        "requests  about 10.0 M  about 600 MB  about 300 MB          3",
        "2 others            10       16.4 kB",
        "",
        "Index       Size  Used  Used by",
        "ix_many  50.0 MB     7  a, b, c and 2 more",
        "ix_idle  50.0 MB     0  –",
        "",
        "Files",
        "journal  500 B in 1 file",
        "",
    ]


def test_what_could_go() -> None:
    assert shown(answer())[-5:] == [
        "What could go",
        "Records past 1 day    about 6,786,874 records, about 4.8 GB",
        "Bodies past 7 days    1 body, about 10 B",
        "Bodies beyond 2.0 GB  about 0 B",
        "Compaction now        0 B",
    ]


def test_slow_statements_and_plans() -> None:
    statement = {"statement": "SELECT 1", "times": 2, "ms": 3.2, "plan": ["SCAN t", "  SCAN u"]}
    read = {"name": "requests", "ms": 12.3, "databaseMs": 3.2, "statements": [statement]}
    slow = {
        "statement": "DELETE",
        "times": 3,
        "slowestMs": 250.0,
        "totalMs": 700.0,
        "lastAt": "2026-11-22T10:00:00.000Z",
    }
    lines = shown(answer(reads=[read], slowStatements=[slow]))
    at = lines.index("The usual questions, asked now")
    assert lines[at + 1 : at + 12] == [
        "Question   Time  Of it database  Statements",
        "requests  12 ms          3.2 ms           2",
        "",
        "requests",
        "3.2 ms  SELECT 1",
        "    SCAN t",
        "      SCAN u",
        "",
        "Statements over 100 ms since the server was started",
        "Slowest  Times  Last                 Statement",
        " 250 ms      3  2026-11-22 10:00:00  DELETE",
    ]


def test_sizes_that_are_not_known() -> None:
    unknown = table("requests", bytes=None, indexBytes=None, exact=False, rows=1500, unusedBytes=None)
    database = answer()["databases"][0] | {
        "kind": "sqlite",
        "logBytes": 4096,
        "tables": [unknown],
        "indexes": [index("ix_a", bytes=None, usedBy=["a"])],
    }
    assert shown(answer(databases=[database]))[:6] == [
        "postgresql://db/claudeflare: 1.0 GB, 0 B of it free, log 4.1 kB",
        "Table            Rows  Size  Indexes  Unused",
        "requests  about 1.5 k     –        –       –",
        "",
        "Index  Size  Used by",
        "ix_a      –  a",
    ]
