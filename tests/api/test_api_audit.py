from __future__ import annotations

from harness.rest_api import Api, words


async def changes(api: Api, **query: str) -> list[str]:
    return [f"{each['action']} {each['subject']}" for each in await api.get("/api/audit", params=query)]


async def test_there_is_nothing_at_first(api: Api) -> None:
    assert await api.get("/api/audit") == []


async def test_an_entry_has_every_field(api: Api) -> None:
    await api.add("main")
    (entry,) = await api.get("/api/audit")
    assert set(entry) == words("id at who sessionId address action subject before after")


async def test_filters(api: Api) -> None:
    await api.add("main")
    await api.add("spare")
    api.clock.now += 3600
    await api.post("/api/accounts/main/pause")
    assert await changes(api) == ["pause-account main", "add-account spare", "add-account main"]
    assert await changes(api, action="add-account") == ["add-account spare", "add-account main"]
    assert await changes(api, subject="main") == ["pause-account main", "add-account main"]
    assert await changes(api, since="30m") == ["pause-account main"]
    assert await changes(api, until="30m") == ["add-account spare", "add-account main"]
    assert await changes(api, who="token") == []
    assert len(await changes(api, who="command line")) == 3
    assert (await api.refused("GET", "/api/audit", params={"since": "yesterday"}))[:2] == (400, "invalid_input")


async def test_pages(api: Api) -> None:
    for name in "abcde":
        await api.add(name)
    seen, cursor = [], None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = await api.client.get("/api/audit", params=params)
        seen += [entry["subject"] for entry in page.json()]
        cursor = page.headers.get("x-next-cursor")
        if cursor is None:
            break
    assert seen == ["e", "d", "c", "b", "a"]
    for wrong in ({"cursor": "x"}, {"limit": "0"}):
        assert (await api.refused("GET", "/api/audit", params=wrong))[:2] == (400, "invalid_input")
    assert len(await api.get("/api/audit", params={"limit": "100000"})) == 5


async def test_it_cannot_be_altered(api: Api) -> None:
    await api.add("main")
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert (await api.client.request(method, "/api/audit")).status_code == 405
    assert len(await api.get("/api/audit")) == 1
