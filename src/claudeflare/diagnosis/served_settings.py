"""The settings the server works with: it may have been started from another environment than this command."""

from __future__ import annotations

from typing import Any

import msgspec

from claudeflare.diagnosis.finding import Finding, warning
from claudeflare.settings import SECRETS, Settings


def served_settings(mine: Settings, config: Any) -> Settings:
    """As `/api/config` tells of them. Those it keeps to itself are taken from `mine`."""
    told = {setting["name"]: setting["value"] for setting in config["settings"]}
    secrets = {name: getattr(mine, name) for name in SECRETS}
    return msgspec.convert({**msgspec.structs.asdict(mine), **told, **secrets}, Settings)


def check_proxy_setting(mine: Settings, config: Any) -> list[Finding]:
    """Whether both have a proxy: which one it is, is a secret of the server."""
    told = {setting["name"]: setting["value"] for setting in config["settings"]}
    theirs = told.get("https_proxy") is not None
    if theirs == bool(mine.https_proxy):
        return []
    where, other = ("server", "shell") if theirs else ("shell", "server")
    summary = f"HTTPS_PROXY is set for this {where} and not for this {other}: what follows is this shell's way out."
    return [warning("upstream", summary, "run `claudeflare doctor` in the server's environment")]
