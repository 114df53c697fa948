"""What lives in the two planes' memory may be printed by anybody, in a log or a traceback: no `repr` shows a secret."""

from __future__ import annotations

import base64
import gc
import traceback
from pathlib import Path
from types import BuiltinFunctionType, FrameType, FunctionType, GetSetDescriptorType, MethodDescriptorType, ModuleType
from typing import Any

import pytest

from claudeflare.credentials.keyring import Keyring
from claudeflare.credentials.kinds import ApiKey, OAuthTokens, StaticToken, Wif
from claudeflare.credentials.rotation_log import Rotation
from claudeflare.credentials.secrets import SecretBox
from claudeflare.errors import ClaudeflareError, SecretError
from claudeflare.providers.provider import Credential
from claudeflare.storage.accounts import NewAccount
from claudeflare.storage.database import Database
from harness.gateway import account, running_gateway
from harness.planted import search
from harness.rest_api import NOW, open_api

SECRETS = {
    "API key": "sk-ant-api03-planted-repr-0123456789abcdef",
    "bearer token": "sk-ant-oat01-planted-repr-0123456789abcdef",
    "refresh token": "sk-ant-ort01-planted-repr-0123456789abcdef",
    "control token": "planted-control-token-repr-0123456789abcdef",
    "proxy password": "planted-proxy-password-repr-0123456789abcdef",
    "gateway's key": "sk-ant-api03-planted-gateway-0123456789abcdef",
}
OPAQUE = (ModuleType, type, FrameType, BuiltinFunctionType, GetSetDescriptorType, MethodDescriptorType)
MOST = 400_000


def reachable(*roots: object) -> list[object]:
    """Every object of ours that these lead to, by whatever way."""
    waiting: list[Any] = list(roots)
    seen = {id(root): root for root in roots}
    while waiting and len(seen) < MOST:
        one = waiting.pop()
        if isinstance(one, FunctionType):  # not into its module
            referents = [cell.cell_contents for cell in one.__closure__ or () if cell != type(cell)()]
        else:
            referents = gc.get_referents(one)
        for other in referents:
            if id(other) not in seen and not isinstance(other, OPAQUE):
                seen[id(other)] = other
                waiting.append(other)
    return [one for one in seen.values() if type(one).__module__.startswith("claudeflare")]


def shown(objects: list[object]) -> dict[str, bytes]:
    return {
        f"{type(one).__module__}.{type(one).__qualname__} {number}": f"{one!r}\n{one}".encode("utf-8", "replace")
        for number, one in enumerate(objects)
    }


async def test_no_repr_shows_a_secret(tmp_path: Path) -> None:
    proxy = f"http://user:{SECRETS['proxy password']}@127.0.0.1:9"
    settings = {"token": SECRETS["control token"], "https_proxy": proxy}
    async with (
        open_api(tmp_path / "home", **settings) as api,
        running_gateway("http://127.0.0.1:9", tmp_path / "gateway", [account("a")], https_proxy=proxy) as gateway,
    ):
        service = api.services.credentials
        service.add(NewAccount(name="key"), ApiKey(SECRETS["API key"]), NOW)
        service.add(NewAccount(name="token", mode="token"), StaticToken(SECRETS["bearer token"]), NOW)
        service.add(NewAccount(name="max", mode="max"), oauth(), NOW)
        made = await api.post("/api/keys", {"name": "planted"})
        snapshot = api.control.snapshot()
        gateway.server.apply_snapshot(snapshot)
        key = Keyring.load(tmp_path / "home" / "secret.key").keys
        found = reachable(api.control, api.services, gateway.server, snapshot, service.all_opened())
        names = {type(one).__name__ for one in found}
        assert {"Settings", "Credential", "Snapshot", "SecretBox", "Keyring", "OAuthTokens", "Services"} <= names
        (raw_key,) = key.values()
        secrets = {**SECRETS, "client key": made["key"], "encryption key": base64.b64encode(raw_key).decode()}
        assert search(shown(found), secrets) == []
        assert [name for name, text in shown(found).items() if repr(raw_key).encode() in text] == []


def oauth() -> OAuthTokens:
    return OAuthTokens(
        access_token=SECRETS["bearer token"],
        refresh_token=SECRETS["refresh token"],
        expires_at=NOW + 3600,
        client_id="client",
        token_url="https://token.example",
    )


def test_structs_that_hold_secrets() -> None:
    wif = Wif(
        assertion_file="/file",
        federation_rule_id="rule",
        organization_id="organization",
        service_account_id="account",
        token_url="https://token.example",
        access_token=SECRETS["bearer token"],
    )
    structs = [
        ApiKey(SECRETS["API key"]), StaticToken(SECRETS["bearer token"]), oauth(), wif,
        Rotation(SECRETS["refresh token"], oauth()), Credential("bearer", SECRETS["bearer token"]),
    ]  # fmt: skip
    assert search(shown(list(structs)), SECRETS) == []


@pytest.mark.parametrize(
    "case", ["altered", "foreign", "another owner", "key file", "database url", "sealed elsewhere"]
)
def test_errors_and_their_tracebacks(case: str, tmp_path: Path) -> None:
    secret = SECRETS["API key"]
    box = SecretBox(Keyring([b"k" * 32], "the test's"))
    sealed = box.seal(secret, "account", "a")

    def fail() -> None:
        if case == "altered":
            box.open(sealed[:-1] + b"x", "account", "a")
        elif case == "foreign":
            box.open(secret.encode(), "account", "a")
        elif case == "another owner":
            box.open(sealed, "account", "b")
        elif case == "sealed elsewhere":
            SecretBox(Keyring([b"o" * 32], "other")).open(sealed, "account", "a")
        elif case == "key file":
            (tmp_path / "k").write_text(secret)
            (tmp_path / "k").chmod(0o600)
            Keyring.load(tmp_path / "k")
        else:
            Database(f"postgresql://user:{secret}@127.0.0.1:1/nothing")

    with pytest.raises((SecretError, ClaudeflareError)) as caught:
        fail()
    printed = "".join(traceback.format_exception(caught.value))
    assert (
        search({"traceback": printed.encode()}, {"secret": secret, "key": base64.b64encode(b"k" * 32).decode()}) == []
    )
