"""What is refused before anything is started."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from claudeflare.errors import SettingsError
from claudeflare.settings import Settings
from claudeflare.supervisor.serve import run_server
from claudeflare.supervisor.supervisor import Commands


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
async def test_an_address_that_others_can_reach_needs_a_token_of_the_owners(host: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with pytest.raises(SettingsError) as caught:
        await run_server(Settings(host=host, port=0, home=str(home)), {"host": "environment HOST"}, Commands())
    assert str(caught.value) == (
        f"host {host} (environment HOST) can be reached by other machines. That needs a control token of your own: "
        "set CLAUDEFLARE_TOKEN or CLAUDEFLARE_TOKEN_FILE, and make a client key with `claudeflare keys add NAME`. "
        "Or listen on 127.0.0.1, and reach it from elsewhere through a tunnel (ssh -L)"
    )
    assert not home.exists()


async def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = Settings(port=0, home=str(tmp_path / "file" / "home"))
    with pytest.raises(SettingsError, match="home cannot be used: Not a directory; set CLAUDEFLARE_HOME to another"):
        await run_server(settings, {}, Commands())


def test_a_module_in_the_current_directory_does_not_replace_ours(tmp_path: Path) -> None:
    (tmp_path / "msgspec.py").write_text("print('hijacked')")
    python, flag, _, _ = Commands().gateway
    answer = subprocess.run([python, flag, "-c", "import msgspec"], cwd=tmp_path, capture_output=True, check=True)
    assert answer.stdout == b""
