"""The control token: what opens the REST API, the dashboard and the command line to this server's owner."""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path

from claudeflare.errors import Conflict, SettingsError
from claudeflare.settings import Settings
from claudeflare.storage.private_file import create_private_file, read_private_file, replace_private_file

TOKEN_BYTES = 32
"""Of randomness; 43 characters."""


class ControlToken:
    """One token, set by the owner or kept in a file."""

    def __init__(self, value: str, file: Path | None) -> None:
        """`file` is where a new one can be written; None when the owner has set the token."""
        self.value = value
        self._file = file

    @classmethod
    def load(cls, settings: Settings, file: Path) -> ControlToken:
        """The owner's token if one is set, else the one in `file`, made first if there is none.

        Raises `SettingsError` for a token no request could carry, `SecretError` when others can read its file.
        """
        if settings.token:
            return cls(_checked(settings.token, "The setting `token`"), None)
        if settings.token_file:
            path = Path(settings.token_file)
            content = read_private_file(path)
            if content is None:
                raise SettingsError(f"The setting `token_file` names {path}, which does not exist. Put a token in it.")
            return cls(_checked(_text(content), str(path)), None)
        content = read_private_file(file)
        if content is None:
            # If another process makes it at the same moment, its token stands and this one reads it.
            create_private_file(file, _new().encode() + b"\n")
            content = read_private_file(file) or b""
        return cls(_checked(_text(content), str(file)), file)

    def check(self, candidate: str | None) -> bool:
        """Whether this is the token. Takes as long for a wrong one as for the right one."""
        return candidate is not None and hmac.compare_digest(
            candidate.encode(errors="surrogatepass"), self.value.encode()
        )

    def rotate(self) -> str:
        """Make a new token in the file; the old one opens nothing any more. Raises `Conflict` when the owner set it."""
        if self._file is None:
            raise Conflict("The control token is set by CLAUDEFLARE_TOKEN or CLAUDEFLARE_TOKEN_FILE. Change it there.")
        value = _new()
        replace_private_file(self._file, value.encode() + b"\n")
        self.value = value
        return value

    def __repr__(self) -> str:
        return f"<ControlToken {'set by the owner' if self._file is None else self._file}>"


def _new() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def _text(content: bytes) -> str:
    return content.decode("ascii", errors="replace")


def _checked(value: str, source: str) -> str:
    token = value.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise SettingsError(f"{source} holds no usable token: letters, digits and signs of ASCII, without spaces.")
    return token
