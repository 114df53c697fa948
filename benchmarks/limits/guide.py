"""Puts a run's figures into docs/limits.md, between its marks, and its picture beside it."""

from __future__ import annotations

from pathlib import Path

from picture import picture
from report import COLUMNS, Report, cells

from claudeflare.balancing.policies.named import POLICIES

BEGIN, END = "<!-- begin bench-limits -->", "<!-- end bench-limits -->"
PICTURE = "limits.svg"


def write_guide(report: Report, docs: Path) -> None:
    """Replace what stands between the marks."""
    (docs / PICTURE).write_text(picture(report), encoding="utf-8")
    page = docs / "limits.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{figures(report)}\n{END}{after}", encoding="utf-8")


def figures(report: Report) -> str:
    """The section: command, picture, tables."""
    lines = [
        f"`make bench-limits ARGS=\"--seed {report.seed} --write\"`: {report.requests:,} requests in "
        f"{report.minutes:.0f} minutes, of which the second half is counted.",
        "",
        f"![Requests refused to clients and cache hits kept, by way and load]({PICTURE})",
        "",
        _line(COLUMNS),
        "|---|---|" + "---:|" * (len(COLUMNS) - 2),
        *(_line(_marked(row.product, cells(row))) for row in report.rows),
        "",
        "| way | share of the pool in use when, under rising load, the first client is limited |",
        "|---|---:|",
        *(
            _line((f"`{way}`" if way in POLICIES else way, "none was" if share is None else f"{share:.1%}"))
            for way, share in report.usable.items()
        ),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _marked(product: bool, texts: tuple[str, ...]) -> tuple[str, ...]:
    return (texts[0], f"`{texts[1]}`", *texts[2:]) if product else texts


def _line(texts: tuple[str, ...]) -> str:
    return f"| {' | '.join(texts)} |"
