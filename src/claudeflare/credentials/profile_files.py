"""The files of one profile of the `ant` command line: read at each use, written whole, under a lock.

Layout: the provider's documentation of `ant auth login`. `configs/NAME.json` says how it is signed in to,
`credentials/NAME.json` holds the tokens.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from claudeflare.credentials.kinds import Profile
from claudeflare.errors import SecretError
from claudeflare.storage.private_file import read_private_file, replace_private_file

TOKEN_PATH: Final = "/v1/oauth/token"  # noqa: S105 a path
DEFAULT_BASE_URL: Final = "https://api.anthropic.com"


T = TypeVar("T")


class ProfileTokens(msgspec.Struct, frozen=True, kw_only=True):
    """What the files hold."""

    access_token: str
    refresh_token: str
    """Empty: none."""
    expires_at: float | None
    """UTC epoch seconds; None: not said."""
    client_id: str
    """Empty: another program renews the tokens."""
    token_url: str
    version: int
    """Another number when the tokens are others."""

    @property
    def renewable(self) -> bool:
        """Whether the tokens are ours to renew."""
        return bool(self.client_id and self.refresh_token)

    def __repr__(self) -> str:
        return f"ProfileTokens(…, expires_at={self.expires_at}, token_url={self.token_url!r})"


class _Authentication(msgspec.Struct):
    client_id: str = ""
    credentials_path: str = ""


class _Config(msgspec.Struct):
    authentication: _Authentication = msgspec.field(default_factory=_Authentication)
    base_url: str = DEFAULT_BASE_URL


class _Tokens(msgspec.Struct):
    access_token: str
    refresh_token: str | None = None
    expires_at: float | None = None


class ProfileFiles:
    """One profile. Raises `SecretError`, which says what to do, when its files cannot be used."""

    def __init__(self, profile: Profile) -> None:
        self._name = profile.name
        directory = Path(profile.directory)
        if profile.name in ("", ".", "..") or "/" in profile.name or "\0" in profile.directory + profile.name:
            raise SecretError("The profile's name is no file name. Use the name that `ant auth login` was given.")
        self._config_path = directory / "configs" / f"{profile.name}.json"
        self._tokens_path = directory / "credentials" / f"{profile.name}.json"

    def read(self) -> ProfileTokens:
        """What the files hold now."""
        config = self._config()
        path = self._tokens_file(config)
        content = read_private_file(path)
        if content is None:
            raise SecretError(f"{path} does not exist. Sign in: ant auth login --profile {self._name}")
        tokens = _decode(content, _Tokens, path)
        return ProfileTokens(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token or "",
            expires_at=tokens.expires_at,
            client_id=config.authentication.client_id,
            token_url=config.base_url.rstrip("/") + TOKEN_PATH,
            version=int.from_bytes(hashlib.sha256(tokens.access_token.encode()).digest()[:6], "big"),
        )

    def write(self, access_token: str, refresh_token: str, expires_at: float) -> None:
        """Put new tokens in the place of the old ones; whatever else the file holds stays."""
        path = self._tokens_file(self._config())
        kept = _decode(read_private_file(path) or b"{}", dict[str, Any], path)
        new = {"access_token": access_token, "refresh_token": refresh_token, "expires_at": int(expires_at)}
        replace_private_file(path, msgspec.json.encode({"version": "1.0", "type": "oauth_token"} | kept | new))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else who takes this lock works on the profile meanwhile.

        Making the lock's file shows, too, that the directory can be written: better before a token is spent than after.
        """
        path = self._tokens_file(self._config())
        lock = path.with_name(f".{path.name}.lock")
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SecretError(
                f"{path.parent} cannot be written ({error.strerror}), so the profile cannot be renewed."
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _config(self) -> _Config:
        try:
            content = self._config_path.read_bytes()
        except OSError as error:
            raise SecretError(
                f"{self._config_path} cannot be read ({error.strerror}). Sign in: ant auth login --profile {self._name}"
            ) from error
        return _decode(content, _Config, self._config_path)

    def _tokens_file(self, config: _Config) -> Path:
        stated = config.authentication.credentials_path
        if not stated:
            return self._tokens_path
        try:
            path = self._config_path.parent.parent / Path(stated).expanduser()
        except RuntimeError:  # "~name" of a user who does not exist
            path = None
        if path is None or "\0" in stated:
            raise SecretError(f"{self._config_path} names a credentials_path that cannot be. Sign in again with `ant`.")
        return path

    def __repr__(self) -> str:
        return f"<ProfileFiles {self._config_path}>"


def _decode(content: bytes, kind: type[T], path: Path) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (ValueError, RecursionError):  # the latter for JSON that is nested too deep
        # Without its cause: that may quote a token.
        raise SecretError(f"{path} is not what `ant auth login` writes. Sign in again with it.") from None
