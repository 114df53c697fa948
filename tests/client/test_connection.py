from __future__ import annotations

import asyncio
import fcntl
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from claudeflare.client.connection import Control, OpenControl, Target, connect
from claudeflare.errors import ClaudeflareError, InvalidInput, Unauthorized, Unreachable
from claudeflare.home import Home
from claudeflare.settings import Settings
from claudeflare.settings_sources import LoadedSettings, load_settings
from harness.control_server import running_server
from harness.data_directory import seed

NAMES = ["broken", "old", "spare", "work"]


def never(_settings: Settings) -> AbstractAsyncContextManager[Control]:
    raise AssertionError("control is opened although there is a server")


async def names(target: Target, open_control: OpenControl) -> list[str]:
    async with connect(target, open_control) as client:
        return [account["name"] for account in await client.accounts()]


async def refusal(target: Target) -> str:
    with pytest.raises(ClaudeflareError) as caught:
        await names(target, never)
    return str(caught.value)


async def test_without_a_server_control_answers_in_this_process(
    loaded: LoadedSettings, in_process: OpenControl
) -> None:
    async with connect(Target(loaded), in_process) as client:
        assert client.url is None
        assert [account["name"] for account in await client.accounts()] == NAMES
        with Home(loaded.settings.home).lock.open("a") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


async def test_a_running_server_is_used(home: Home, loaded: LoadedSettings) -> None:
    async with running_server(home, loaded.settings) as url, connect(Target(loaded), never) as client:
        assert client.url == url
        assert repr(client) == f"<Client {url}>"
        assert [account["name"] for account in await client.accounts()] == NAMES


async def test_a_named_server_on_this_machine_takes_the_data_directorys_token(
    home: Home, loaded: LoadedSettings
) -> None:
    async with running_server(home, loaded.settings) as url:
        assert await names(Target(loaded, url), never) == NAMES


@pytest.mark.parametrize("source", ["--token", "environment CLAUDEFLARE_TOKEN", "environment CLAUDEFLARE_TOKEN_FILE"])
async def test_a_wrong_token_is_refused_with_its_source(
    home: Home, loaded: LoadedSettings, tmp_path: Path, source: str
) -> None:
    wrong = tmp_path / "wrong"
    wrong.touch(mode=0o600)
    wrong.write_text("wrong-token\n")
    environ = {"CLAUDEFLARE_HOME": str(home.directory)}
    match source.split()[-1]:
        case "CLAUDEFLARE_TOKEN":
            environ["CLAUDEFLARE_TOKEN"] = "wrong-token"
        case "CLAUDEFLARE_TOKEN_FILE":
            environ["CLAUDEFLARE_TOKEN_FILE"] = str(wrong)
    async with running_server(home, loaded.settings) as url:
        target = Target(load_settings(environ), token="wrong-token" if source == "--token" else None)
        message = await refusal(target)
    assert message.startswith(f"{url} refused the control token from {source}: ")
    assert "wrong-token" not in message + repr(target)


async def test_the_owners_token_opens_the_server(home: Home) -> None:
    loaded = load_settings({"CLAUDEFLARE_HOME": str(home.directory), "CLAUDEFLARE_TOKEN": "owner-token"})
    async with running_server(home, loaded.settings) as url:
        assert await names(Target(loaded), never) == NAMES
        keyless = load_settings({"CLAUDEFLARE_HOME": str(home.directory.with_name("other"))})
        assert await names(Target(keyless, url, "owner-token"), never) == NAMES


async def test_what_the_data_directory_holds_is_never_sent_to_another_machine(home: Home) -> None:
    home.config.write_text('token = "file-token"\n')
    home.control_token.touch(mode=0o600)
    home.control_token.write_text("home-token\n")
    loaded = load_settings({"CLAUDEFLARE_HOME": str(home.directory)})
    assert await refusal(Target(loaded, "https://flare.invalid")) == (
        "https://flare.invalid needs its control token: set CLAUDEFLARE_TOKEN or CLAUDEFLARE_TOKEN_FILE."
    )


async def test_a_token_from_the_environment_is_sent_to_another_machine(home: Home) -> None:
    loaded = load_settings({"CLAUDEFLARE_HOME": str(home.directory), "CLAUDEFLARE_TOKEN": "remote-token"})
    async with connect(Target(loaded, "https://flare.invalid"), never) as client:
        assert client.where == "https://flare.invalid"


async def test_no_token_at_all(tmp_path: Path) -> None:
    loaded = load_settings({"CLAUDEFLARE_HOME": str(tmp_path)})
    with pytest.raises(Unauthorized, match="There is no control token in"):
        async with connect(Target(loaded, "http://localhost:1"), never):
            pass
    assert not (tmp_path / "control-token").exists()


async def test_a_server_that_is_not_there(home: Home, loaded: LoadedSettings) -> None:
    message = await refusal(Target(loaded, "http://127.0.0.1:1", "any-token"))
    assert message.startswith("No server answers at http://127.0.0.1:1 (")
    assert message.endswith("Start one with `claudeflare serve`, or check the URL.")


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://localhost", "http://", "", "http://[::1", "http://a:b"])
async def test_urls_that_are_none(loaded: LoadedSettings, url: str) -> None:
    with pytest.raises(InvalidInput, match="is not a server's URL"):
        async with connect(Target(loaded, url, "token"), never):
            pass


async def test_where_only_a_server_will_do(loaded: LoadedSettings) -> None:
    with pytest.raises(Unreachable, match=r"No server is running\. Start one with `claudeflare serve`"):
        async with connect(Target(loaded, server_only=True), never):
            pass


async def test_a_proxy_is_not_asked_for_this_machine(
    home: Home, loaded: LoadedSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with running_server(home, loaded.settings):
        assert await names(Target(loaded), never) == NAMES


async def test_two_commands_at_once_wait_for_one_another(tmp_path: Path, in_process: OpenControl) -> None:
    home = seed(tmp_path / "home")
    target = Target(load_settings({"CLAUDEFLARE_HOME": str(home.directory)}))
    assert await asyncio.gather(*(names(target, in_process) for _ in range(2))) == [NAMES, NAMES]
