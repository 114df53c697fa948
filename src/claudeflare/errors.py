"""Every error Claudeflare raises on purpose, as a tree.

    ClaudeflareError
    ├── SettingsError          a setting has a bad value, or is unknown
    ├── AlreadyRunning         another server holds the data directory or the port
    ├── StorageError           the database cannot be opened, read or migrated
    ├── SecretError            a secret cannot be decrypted, or its key file is unusable
    ├── Unauthorized           the control token is missing or wrong
    ├── NotFound               no account, request, … of that name
    ├── Conflict               the name is taken, or the state does not allow it
    ├── InvalidInput           what the caller sent cannot be accepted
    ├── TermsNotAccepted       the provider's terms have to be read and accepted first
    ├── Unreachable            a server that should answer does not
    └── JournalError           a journal segment cannot be opened or has an unknown version

Messages say what to do. Programming errors are not in this tree and are never caught as if they were.
"""

from __future__ import annotations

from typing import Any


class ClaudeflareError(Exception):
    """Base of all errors meant for a person; `str(error)` is a complete sentence they can act on."""


class SettingsError(ClaudeflareError):
    """A setting is unknown or has a bad value; names key, value, source and what is allowed."""


class AlreadyRunning(ClaudeflareError):
    """Another server holds the data directory or the port."""


class StorageError(ClaudeflareError):
    """The database cannot be opened, read or migrated."""


class SecretError(ClaudeflareError):
    """A secret cannot be decrypted, or its key file is missing, unreadable or readable by others."""


class Unauthorized(ClaudeflareError):
    """The control token is missing or wrong."""


class NotFound(ClaudeflareError):
    """Nothing of that name or id."""


class Conflict(ClaudeflareError):
    """The name is taken, or the current state does not allow this."""


class InvalidInput(ClaudeflareError):
    """What the caller sent cannot be accepted; says what would be."""


class TermsNotAccepted(ClaudeflareError):
    """What the provider's terms say has to be read and accepted first; `details` hold it."""

    def __init__(self, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.details = details


class Unreachable(ClaudeflareError):
    """A server that should answer does not."""


class JournalError(ClaudeflareError):
    """A journal segment cannot be opened, or was written by a version this one cannot read."""
