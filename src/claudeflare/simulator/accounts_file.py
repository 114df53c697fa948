"""Reads the accounts file: TOML or JSON with a list `accounts`.

[[accounts]]
name = "work"
key = "sk-ant-api03-work"
organization = "acme"                                                # optional, as is all below
limits = { requests = 50, input-tokens = 30000, output-tokens = 8000 }  # per minute and model class
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from claudeflare.errors import InvalidInput
from claudeflare.simulator.accounts import SimulatedAccount


class AccountsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file's content."""

    accounts: list[SimulatedAccount]


def load_accounts(path: str | Path) -> list[SimulatedAccount]:
    """The accounts the file lists.

    Raises InvalidInput when it cannot be read or says something else than accounts.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
        content: Any = msgspec.json.decode(raw) if path.suffix == ".json" else tomllib.loads(raw.decode())
        return msgspec.convert(content, AccountsFile).accounts
    except OSError as error:
        raise InvalidInput(f"Cannot read the accounts file {path}: {error.strerror}. Check the path.") from error
    except (msgspec.MsgspecError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The accounts file {path} is not right: {error}.") from error
