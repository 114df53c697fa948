"""The part of config.toml that a backup may hold: no secrets, and nothing that is the machine's own."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from typing import Any, Final

from claudeflare.errors import InvalidInput
from claudeflare.settings import SECRETS

LEFT_OUT: Final = SECRETS | {"token_file", "secret_key_file", "client_key_file", "ssl_cert_file"}
"""Settings that hold a secret or may hold one, and files of this machine."""


@dataclass(frozen=True, slots=True)
class ConfigCopy:
    """What goes into a backup."""

    content: bytes
    left_out: list[str]


def config_copy(content: bytes) -> ConfigCopy:
    """The file as it is if nothing in it is left out; else its other settings, without comments."""
    try:
        entries: dict[str, Any] = tomllib.loads(content.decode())
    except ValueError as error:
        raise InvalidInput("config.toml is not valid TOML. Mend it first: claudeflare config check") from error
    left_out = sorted(LEFT_OUT & entries.keys())
    # Comments as well: an old value may stand in one.
    commented = any(line.lstrip().startswith(b"#") or b" #" in line for line in content.splitlines())
    if not left_out and not commented:
        return ConfigCopy(content, [])
    lines = [f"{name} = {_literal(value)}\n" for name, value in entries.items() if name not in LEFT_OUT]
    return ConfigCopy("".join(lines).encode(), left_out)


def _literal(value: Any) -> str:
    """A setting's value in TOML: settings are texts, numbers, switches and lists of these, which JSON writes alike."""
    return json.dumps(value, ensure_ascii=False)
