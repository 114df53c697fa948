"""Where settings come from: command line > environment > config.toml in the home directory > default.

A name that means nothing and a value that is not allowed stop the start: a typing error must not pass for a default.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import platformdirs

from claudeflare.errors import SettingsError
from claudeflare.home import Home
from claudeflare.settings import Settings
from claudeflare.settings_values import FIELDS, RULES, read_value, shown_value

PREFIX: Final = "CLAUDEFLARE_"

UNPREFIXED: Final = frozenset(
    {
        "port",
        "host",
        "lb_strategy",
        "session_duration",
        "log_level",
        "log_format",
        "retry_attempts",
        "retry_delay_ms",
        "retry_backoff",
        "data_retention_days",
        "request_retention_days",
        "database_url",
        "ssl_cert_file",
        "https_proxy",
        "no_proxy",
        "client_id",
    }
)
"""Names also read without the prefix, and second names of theirs. The rest are not: HOME, TOKEN or WORKERS may be there
for somebody else."""

LOWER_CASE: Final = frozenset({"https_proxy", "no_proxy"})
"""Variables that other programs know in lower case, and so do we."""

ALIASES: Final[Mapping[str, str]] = {"session_duration_ms": "session_duration", "client_id": "oauth_client_id"}
"""Second names, wherever the first is read."""

RESERVED: Final = frozenset(
    {
        "redis_url",
        "url",
    }
)
"""Accepted although no setting is read from them here: parts to come, and `url`, which the client reads."""


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, and for each field where its value came from (`default`, `environment PORT`, …), for people."""

    settings: Settings
    sources: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Given:
    """One value as found."""

    raw: object
    source: str


def load_settings(
    environ: Mapping[str, str], overrides: Mapping[str, str] | None = None, config_file: Path | None = None
) -> LoadedSettings:
    """Read every source once. `overrides` (the command line's) maps field names to text.

    Without `config_file`, `config.toml` of the home directory is read if it is there. Raises `SettingsError` naming
    key, value (never a secret's), source and what is allowed.
    """
    given = _from_environment(environ)
    for name, raw in (overrides or {}).items():
        if name not in FIELDS:
            raise SettingsError(f"unknown setting {name}{_did_you_mean(name, FIELDS)}")
        given[name] = _Given(raw, "the command line")
    home = str(_value("home", given["home"])) if "home" in given else ""
    home = home or platformdirs.user_data_dir("claudeflare", appauthor=False)
    given = _from_file(config_file, Home(home).config) | given
    values = {name: _value(name, found) for name, found in given.items()}
    sources = {name: given[name].source if name in given else "default" for name in FIELDS}
    return LoadedSettings(Settings(**{**values, "home": home}), sources)


def _from_environment(environ: Mapping[str, str]) -> dict[str, _Given]:
    """What the environment sets. An empty variable counts as not set; the prefixed name beats the plain one."""
    known = {*FIELDS, *ALIASES, *RESERVED}
    for variable in environ:
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and name not in known:
            hint = _kubernetes_hint(variable, "") or _did_you_mean(name, known, lambda close: PREFIX + close.upper())
            raise SettingsError(f"unknown environment variable {variable}{hint}")
    given: dict[str, _Given] = {}
    for key in (*FIELDS, *ALIASES):
        name = ALIASES.get(key, key)
        variables = [PREFIX + key.upper(), *([key.upper()] if {key, name} & UNPREFIXED else [])]
        variables += [key] if name in LOWER_CASE else []
        for variable in variables:
            if name not in given and (raw := environ.get(variable, "").strip()):
                given[name] = _Given(raw, f"environment {variable}")
    return given


def _from_file(chosen: Path | None, default: Path) -> dict[str, _Given]:
    """What the file sets. Only a file that was asked for has to exist."""
    path = chosen or default
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if chosen is None:
            return {}
        raise SettingsError(f"the configuration file {path} does not exist") from None
    except OSError as error:
        raise SettingsError(f"the configuration file {path} cannot be read: {error.strerror}") from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise SettingsError(f"the configuration file {path} is not valid TOML: {error}") from error
    known = {*FIELDS, *ALIASES, *RESERVED} - {"home"}
    given: dict[str, _Given] = {}
    for key, raw in entries.items():
        if key == "home":
            raise SettingsError(f"home cannot be set in {path}: set the environment variable {PREFIX}HOME")
        if key not in known:
            raise SettingsError(f"unknown key {key} in {path}{_did_you_mean(key, known)}")
        if key not in RESERVED:
            given[ALIASES.get(key, key)] = _Given(raw, f"file {path}")
    return given


def _value(name: str, given: _Given) -> Any:
    try:
        return read_value(name, given.raw)
    except ValueError:
        pass  # its text may quote the value, which may be a secret: ours says what is allowed instead
    shown = shown_value(name, given.raw)
    rule = RULES[name]
    raise SettingsError(
        f"bad value for {name} from {given.source}{'' if shown is None else f': {shown!r}'}"
        f"{_did_you_mean(str(given.raw), rule.choices)}; allowed: {rule.allowed}"
        f"{_kubernetes_hint(given.source, str(given.raw))}"
    )


def _did_you_mean(word: str, known: Collection[str], spelled: Callable[[str], str] = str) -> str:
    close = difflib.get_close_matches(word.lower(), sorted(known), n=1)
    return f" (did you mean {spelled(close[0])}?)" if close else ""


def _kubernetes_hint(variable: str, value: str) -> str:
    """Kubernetes gives every pod such variables for each Service, and one named `claudeflare` collides with ours."""
    if re.search(rf"{PREFIX}(SERVICE_|PORT_)", variable) or (variable.endswith(f"{PREFIX}PORT") and "://" in value):
        return "; Kubernetes sets this for a Service named claudeflare: set enableServiceLinks: false in the pod"
    return ""
