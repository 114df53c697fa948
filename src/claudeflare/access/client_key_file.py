"""The file of client keys that a container is given: `name key`, one a line, without limits."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from claudeflare.errors import ClaudeflareError, SettingsError
from claudeflare.quotas.client_key import ClientKey, digest_of
from claudeflare.storage import account_rules
from claudeflare.storage.private_file import read_private_file

LEAST: Final = 16
MOST: Final = 512
"""Characters of a key."""


def read_client_key_file(path: Path) -> list[ClientKey]:
    """The keys in it. Empty lines and lines that begin with # say nothing.

    Raises `SettingsError`, naming lines and never quoting them, and `SecretError` when others can read the file.
    """
    content = read_private_file(path)
    if content is None:
        raise SettingsError(
            f"The file of client keys {path} does not exist. Make it: one `name key` a line, mode 0600."
        )
    keys: dict[str, ClientKey] = {}
    try:
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise SettingsError(f"The file of client keys {path} is not text in UTF-8.") from None
    for number, line in enumerate(lines, start=1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            key = _read(stripped, f"{path}, line {number},")
            if keys.setdefault(account_rules.name_key(key.name), key) is not key:
                raise SettingsError(f"{path}, line {number}, repeats a name. Every key needs one of its own.")
    if len({key.digest for key in keys.values()}) < len(keys):
        raise SettingsError(f"{path} holds the same key under two names. Every name needs a key of its own.")
    return list(keys.values())


def _read(line: str, where: str) -> ClientKey:
    words = line.rsplit(None, 1)
    if len(words) != 2:
        # Never the line itself: the word there is may be a key.
        raise SettingsError(f"{where} is not `name key`.")
    secret = words[1]
    if not LEAST <= len(secret) <= MOST or not secret.isascii() or not secret.isprintable():
        raise SettingsError(f"{where} holds no key: {LEAST} to {MOST} printable ASCII characters without blanks.")
    try:
        name = account_rules.name(words[0])
    except ClaudeflareError as error:
        raise SettingsError(f"{where} holds no name. {error}") from None
    digest = digest_of(secret.encode())
    return ClientKey(id=f"file-{digest.hex()[:16]}", name=name, digest=digest)
