from __future__ import annotations

import os
from pathlib import Path

import pytest

from claudeflare.diagnosis.finding import ok, problem, warning
from claudeflare.diagnosis.permissions import check_permissions
from claudeflare.home import Home
from claudeflare.settings_sources import LoadedSettings, load_settings


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "my home")
    home.prepare()
    for path in (home.control_token, home.secret_key, home.database):
        path.touch(0o600)
    return home


def loaded(home: Home, **environ: str) -> LoadedSettings:
    return load_settings({"CLAUDEFLARE_HOME": str(home.directory), **environ})


def test_yours_alone(home: Home) -> None:
    assert check_permissions(loaded(home), home, os.getuid()) == [
        ok("files", "Only you can read the data directory and its secrets.")
    ]


def test_open_to_others(home: Home, tmp_path: Path) -> None:
    keys = tmp_path / "client-keys"
    keys.touch(0o600)
    keys.chmod(0o640)
    home.directory.chmod(0o755)
    home.secret_key.chmod(0o644)
    path = f"{tmp_path}/my home"
    settings = loaded(home, CLAUDEFLARE_CLIENT_KEY_FILE=str(keys))
    assert check_permissions(settings, home, os.getuid()) == [
        warning(
            "files",
            f"The data directory is open to other users of this machine (mode 0755): {path}",
            f"chmod 700 '{path}'",
        ),
        problem(
            "files",
            "The key that opens your accounts' secrets is open to other users of this machine (mode 0644):"
            f" {path}/secret.key",
            f"chmod 600 '{path}/secret.key'",
        ),
        problem("files", f"A secret is open to other users of this machine (mode 0640): {keys}", f"chmod 600 {keys}"),
    ]


def test_others_may_write_into_the_directory(home: Home) -> None:
    home.directory.chmod(0o770)
    [found] = check_permissions(loaded(home), home, os.getuid())
    assert found.state == "problem"


def test_anothers_file(home: Home) -> None:
    found = check_permissions(loaded(home), home, 54321)
    assert {each.state for each in found} == {"problem"}
    assert found[0].cure is not None
    assert found[0].cure.startswith("sudo chown 54321 ")


def test_the_configuration_where_it_holds_a_secret(home: Home) -> None:
    home.config.write_text("port = 1\n")
    home.config.chmod(0o644)
    assert check_permissions(loaded(home), home, os.getuid())[0].state == "ok"
    home.config.write_text(f'token = "{"t" * 40}"\n')
    [found] = check_permissions(loaded(home), home, os.getuid())
    assert found.cure == f"chmod 600 '{home.config}'"
