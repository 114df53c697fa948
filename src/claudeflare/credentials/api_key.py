"""Whether a text can be an API key: what would break a header or was pasted wrongly is refused, nothing is guessed."""

from __future__ import annotations

from claudeflare.errors import InvalidInput

LENGTH_LIMIT = 4096


def clean_api_key(value: str, word: str = "key") -> str:
    """The key without the space around it that pasting brings. Raises `InvalidInput`, never repeating the key.

    `word`: what messages call it; a bearer token has to fulfil the same.
    """
    what = "API key" if word == "key" else word
    key = value.strip()
    if not key:
        raise InvalidInput(f"The {what} is empty. Paste the {word} as it was shown.")
    if len(key) > LENGTH_LIMIT:
        raise InvalidInput(f"The {what} is longer than {LENGTH_LIMIT} characters. Paste the {word} alone.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidInput(
            f"The {what} holds spaces, line breaks or letters that no {word} has. Paste the {word} alone."
        )
    return key
