"""What each policy does, for somebody who has to choose one or asks why a request went where it went."""

from __future__ import annotations

from typing import Final

DOES: Final = {
    "session": "A conversation stays on one account. A new one goes where most room is.",
    "headroom": (
        "The account with the most left of its limits, times its tier. A conversation moves only when that pays."
    ),
    "round-robin": "The next account in turn, for every request.",
    "least-requests": "The account with the fewest requests running.",
    "weighted": "Each account as often as its tier says.",
}
"""Name -> one sentence. A newer server may have others."""
