"""Whether a text can be an API key: what would break a header or was pasted wrongly is refused, nothing is guessed."""

from __future__ import annotations

from claudeflare.errors import InvalidInput

LENGTH_LIMIT = 4096


def clean_api_key(value: str) -> str:
    """The key without the space around it that pasting brings. Raises `InvalidInput`, never repeating the key."""
    key = value.strip()
    if not key:
        raise InvalidInput("The API key is empty. Paste the key as the Claude Console showed it.")
    if len(key) > LENGTH_LIMIT:
        raise InvalidInput(f"The API key is longer than {LENGTH_LIMIT} characters. Paste the key alone.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidInput("The API key holds spaces, line breaks or letters that no key has. Paste the key alone.")
    return key
