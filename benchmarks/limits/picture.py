"""The figures as a drawing (SVG): what clients were refused, and what was kept of the prompt cache."""

from __future__ import annotations

from collections.abc import Iterator

from report import Report

WIDTH, LEFT, GAP, TOP = 760, 190, 36, 64
LINE, BAR, BETWEEN = 15, 11, 12
"""Heights: a load's line, its bar, and the space between two ways."""
SHADES = ("#7cc4b8", "#2f9c95", "#155e63")
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 } .small { font-size: 11px; fill: #57606a } .track { fill: #eaeef2 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 } .track { fill: #21262d }
}
"""


def picture(report: Report) -> str:
    """One group of bars for each way, one bar for each load, in two panels."""
    loads = sorted({row.load for row in report.rows})
    ways = list(dict.fromkeys(row.way for row in report.rows))
    group = len(loads) * LINE + BETWEEN
    height = TOP + len(ways) * group + 8
    body = "\n".join([*_legend(loads), *_panels(report, loads, ways, group)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="Requests refused to clients and cache hits kept">\n'
        f"<style>{STYLE}</style>\n{body}\n</svg>\n"
    )


def _legend(loads: list[float]) -> Iterator[str]:
    for number, load in enumerate(loads):
        x = LEFT + number * 110
        yield f'<rect x="{x}" y="8" width="12" height="12" rx="2" fill="{SHADES[number % len(SHADES)]}"/>'
        yield f'<text x="{x + 18}" y="18">{load:.0%} load</text>'


def _panels(report: Report, loads: list[float], ways: list[str], group: int) -> Iterator[str]:
    width = (WIDTH - LEFT - GAP - 90) / 2
    second = LEFT + width + 45 + GAP
    yield f'<text class="title" x="{LEFT}" y="48">Refused to clients</text>'
    yield f'<text class="title" x="{second}" y="48">Cache hits kept</text>'
    rows = {(row.way, row.load): row for row in report.rows}
    for place, way in enumerate(ways):
        y = TOP + place * group
        label = y + len(loads) * LINE / 2 + 3
        yield f'<text x="{LEFT - 12}" y="{label:.0f}" text-anchor="end">{way}</text>'
        for number, load in enumerate(loads):
            row = rows.get((way, load))
            if row is not None:
                shade, at = SHADES[number % len(SHADES)], y + number * LINE
                yield from _bar(LEFT, at, width, row.client_limits / row.requests, shade)
                yield from _bar(second, at, width, min(row.cache_kept, 1.0), shade)


def _bar(x: float, y: float, width: float, share: float, shade: str) -> Iterator[str]:
    yield f'<rect class="track" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>'
    if share > 0:
        yield f'<rect x="{x:.1f}" y="{y}" width="{max(share * width, 1.5):.1f}" height="{BAR}" rx="2" fill="{shade}"/>'
    yield f'<text class="small" x="{x + width + 6:.1f}" y="{y + BAR - 1.5}">{_percent(share)}</text>'


def _percent(share: float) -> str:
    return "0" if share == 0 else f"{share:.1%}" if share < 0.9995 else "100%"
