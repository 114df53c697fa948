"""The policies as something to choose from: what each is good for, and what it costs. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from claudeflare.presentation.policies import DOES


class Policy(NamedTuple):
    """One way to pick the account for a request."""

    name: str
    does: str
    good_for: str = ""
    price: str = ""
    """What it costs to have that."""


POLICIES: Final = (
    Policy(
        "session",
        DOES["session"],
        "Claude Code and chats: each keeps its prompt cache.",
        "A busy conversation uses one account more than the others.",
    ),
    Policy(
        "headroom",
        DOES["headroom"],
        "Using accounts up evenly, when others use them too.",
        "Conversations move now and then, and write their cache again.",
    ),
    Policy(
        "round-robin",
        DOES["round-robin"],
        "Many short requests on equal accounts.",
        "A conversation writes its cache on every account.",
    ),
    Policy(
        "least-requests",
        DOES["least-requests"],
        "Requests of very different length.",
        "Caches are not kept together; tiers do not count.",
    ),
    Policy(
        "weighted",
        DOES["weighted"],
        "Short requests on accounts of different size.",
        "Caches are not kept together.",
    ),
)


def described(names: Iterable[str]) -> list[Policy]:
    """Those of a server: in our order, then those of which nothing but the name is known here."""
    offered = list(names)
    known = [policy for policy in POLICIES if policy.name in offered]
    known_names = {policy.name for policy in known}
    return known + [
        Policy(name, "Not known here; its server's documentation tells.") for name in offered if name not in known_names
    ]
