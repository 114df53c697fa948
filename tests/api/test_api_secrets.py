from __future__ import annotations

import os
from unittest.mock import ANY

from harness.rest_api import Api


async def test_a_new_key_seals_everything_and_older_ones_can_go(api: Api) -> None:
    await api.add("work")
    await api.add("spare")
    before = await api.get("/api/secrets")
    (old,) = before["keys"]
    assert before == {"place": ANY, "keys": [{"id": old["id"], "current": True, "present": True, "secrets": 2}]}
    assert before["place"].endswith("secret.key")
    done = await api.post("/api/secrets/rotate")
    new = done["keyId"]
    assert done == {"keyId": new, "newKey": True, "sealedAnew": 2, "failedAccounts": []}
    assert (await api.get("/api/secrets"))["keys"] == [
        {"id": new, "current": True, "present": True, "secrets": 2},
        {"id": old["id"], "current": False, "present": True, "secrets": 0},
    ]
    assert await api.post("/api/secrets/forget") == {"forgottenKeys": [old["id"]]}
    assert await api.post("/api/secrets/forget") == {"forgottenKeys": []}
    assert len(api.services.credentials.credentials()) == 2


async def test_accounts_whose_secret_does_not_open_are_named(api: Api) -> None:
    await api.add("work")
    path = api.services.settings.home + "/secret.key"
    with open(path) as file:
        lost = file.read()
    await api.post("/api/secrets/rotate")
    with open(path, "w") as file:
        file.write(lost)
    done = await api.post("/api/secrets/rotate")
    assert (done["newKey"], done["failedAccounts"]) == (True, ["work"])
    assert [key["present"] for key in (await api.get("/api/secrets"))["keys"]] == [True, True, False]


async def test_keys_that_are_gone(api: Api) -> None:
    await api.add("work")
    place = (await api.get("/api/secrets"))["place"]

    os.unlink(place)
    _, _, words = await api.refused("POST", "/api/secrets/rotate")
    assert "are gone" in words
    # What is at hand still opens and seals.
    assert len(api.services.credentials.credentials()) == 1
