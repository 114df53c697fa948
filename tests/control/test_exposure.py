from __future__ import annotations

import pytest

from claudeflare.control.exposure import refuse_without_client_key
from claudeflare.errors import SettingsError
from claudeflare.gateway.messages import ControlStart, Snapshot
from claudeflare.quotas.client_key import ClientKey
from claudeflare.settings import Settings

START = ControlStart(Settings(host="0.0.0.0"), "", "", sources={"host": "environment HOST"}, needs_client_key=True)


def snapshot(*keys: ClientKey) -> Snapshot:
    return Snapshot(
        version=0, accounts=[], credentials={}, strategy="session", session_seconds=1.0, client_keys=list(keys)
    )


def test_a_server_others_can_reach_needs_a_client_key() -> None:
    with pytest.raises(SettingsError) as caught:
        refuse_without_client_key(snapshot(), START)
    assert str(caught.value).startswith(
        "host 0.0.0.0 (environment HOST) can be reached by other machines, and there is no client key. "
        "Make one with `claudeflare keys add NAME`"
    )


def test_with_one_it_may_start() -> None:
    refuse_without_client_key(snapshot(ClientKey(id="k", name="laptop", digest=b"d")), START)
