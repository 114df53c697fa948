"""What a request cost, kind by kind, and what the cache saved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from claudeflare.formatting import UNKNOWN, money
from claudeflare.presentation.tables import HEADING, pairs, table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from claudeflare.client.resources import Json

_KINDS: Final = {
    "input": "Input, not cached",
    "cache_read": "Cache read",
    "cache_write_5m": "Cache write, 5 min",
    "cache_write_1h": "Cache write, 1 h",
    "output": "Output",
    "web_searches": "Web searches",
}
_PLACES: Final = {"us": "in the United States"}
"""Where it was computed, where that has its price."""


def cost_parts(cost: Json, detail: Json) -> Iterator[RenderableType]:
    """`cost`: what `/api/requests/{id}/cost` answers; `detail`: the request."""
    if not cost["parts"]:
        yield (
            "This cost nothing: nothing is billed for a request like this one."
            if detail["costUsd"] == 0
            else "The cost is unknown: the answer did not say how many tokens it used."
        )
        return
    from rich.text import Text

    for part in cost["parts"]:
        yield Text(_title(part), HEADING)
        yield _lines(part)
        yield ""
    saved = cost["cacheSavedUsd"]
    saving = "Saved by the cache" if saved is None or saved >= 0 else "Writing the cache cost extra"
    yield pairs([("Total", money(cost["costUsd"])), (saving, UNKNOWN if saved is None else money(abs(saved)))])
    yield ""
    yield " ".join(_notes(cost, detail))


def _title(part: Json) -> str:
    conditions = [
        word
        for word in (
            "fast mode" if part["fast"] else None,
            "batch" if part["batch"] else None,
            _PLACES.get(part["inferenceGeo"]),
        )
        if word
    ]
    return str(part["model"]) + (f" ({', '.join(conditions)})" if conditions else "")


def _lines(part: Json) -> Table:
    grid = table("Kind", "Count", "Price", "Cost", right=("Count", "Price", "Cost"))
    for line in part["lines"]:
        unit = "/ 1000" if line["kind"] == "web_searches" else "/ M"
        price = "unknown" if line["unitPrice"] is None else f"{money(line['unitPrice'])} {unit}"
        grid.add_row(_KINDS.get(line["kind"], line["kind"]), f"{line['count']:,}", price, money(line["costUsd"]))
    return grid


def _notes(cost: Json, detail: Json) -> Iterator[str]:
    yield f"List prices of the request's day, by {cost['listedVersion']}."
    if cost["costUsd"] is None:
        yield f"The price of {', '.join(part['model'] for part in cost['parts'])} is not known."
    if detail["usageEstimated"]:
        yield "The stream ended early: its tokens are counted from what arrived."
    if any(attempt["maybeBilled"] and attempt["outcome"] != "served" for attempt in detail["attempts"]):
        yield "An earlier attempt may have been billed as well; no answer tells how much."
