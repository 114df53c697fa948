"""The ways in which both proxies are set up for the same tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Setup:
    """How Claudeflare runs, and what is behind both proxies."""

    name: str
    what: str
    tests: str
    """Run unless others are asked for."""
    https: bool = False
    """The upstream speaks TLS."""
    settings: Mapping[str, str] = field(default_factory=dict)


NO_PAYLOADS = {"CLAUDEFLARE_PAYLOADS": "off"}
SETUPS = {
    setup.name: setup
    for setup in (
        Setup("plain", "payload capture off, upstream in plain HTTP",
              "idle1000,json1,json16,json64,fixed200,big700k,sse50,sse200", settings=NO_PAYLOADS),
        Setup("payloads", "payload capture on", "json1,json64,fixed200,big700k,sse200",
              settings={"CLAUDEFLARE_PAYLOADS": "on"}),
        Setup("https", "upstream behind TLS, for nginx as well", "idle1000,json1,json64,big700k,sse200", https=True,
              settings=NO_PAYLOADS),
    )
}  # fmt: skip


def chosen_setups(names: str) -> list[Setup]:
    """The setups of a comma-separated list; SystemExit names those there are."""
    unknown = [name for name in names.split(",") if name not in SETUPS]
    if unknown:
        raise SystemExit(f"there is no setup {', '.join(unknown)}; choose among {', '.join(SETUPS)}")
    return [SETUPS[name] for name in names.split(",")]
