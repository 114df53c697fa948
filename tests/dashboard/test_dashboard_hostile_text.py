"""What clients and upstreams say is shown in the dashboard as text: it runs nothing, loads nothing, leads nowhere."""

from __future__ import annotations

import json

import httpx2
import pytest
from playwright.async_api import Dialog, Request

from harness.dashboard import HEADERS, OpenTab
from harness.server import ClaudeflareServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

ELSEWHERE = "https://evil.example"
ATTACKS = [
    "<script>window.owned='script'</script>",
    "<img src=x onerror=\"window.owned='onerror'\">",
    "<svg/onload=window.owned='onload'>",
    f'<img src="{ELSEWHERE}/a.png"><iframe src="{ELSEWHERE}/b"></iframe><link rel=stylesheet href="{ELSEWHERE}/c">',
    f"![picture]({ELSEWHERE}/d.png) [link](javascript:window.owned='link') <{ELSEWHERE}/e>",
    f'[data](data:text/html,<script>window.owned=\'data\'</script>) [vb](vbscript:x) ["]({ELSEWHERE}/f" onclick="x)',
    f"<style>@import '{ELSEWHERE}/g'; body {{ display: none }}</style><base href='{ELSEWHERE}/'>",
    f"<form action='{ELSEWHERE}/h'><button autofocus onfocus=window.owned='focus'>go</button></form>",
    '"><script>window.owned="attribute"</script>',
    "</title></textarea></script><script>window.owned='closed'</script>",
    "{{constructor.constructor('window.owned=1')()}} ${window.owned='template'}",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.owned='mutated'>",
]
POLLUTION = '{"__proto__": {"owned": "prototype"}, "constructor": {"prototype": {"owned": "constructor"}}}'
PAGES = ("/", "/requests", "/accounts", "/analytics", "/strategy", "/keys", "/logs", "/settings")


async def plant(server: ClaudeflareServer) -> list[str]:
    """Say it in every place where something is said; gives the ids of the requests."""
    before = len(await server.requests())
    async with httpx2.AsyncClient(base_url=server.url, timeout=30) as client:
        for number, attack in enumerate([*ATTACKS, POLLUTION]):
            plain = attack.replace("\n", " ")
            blocks = [
                {"type": "text", "text": attack},
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": attack}]},
            ]
            question = {
                # Half of them are answered, the others refused in words that repeat the model.
                "model": "claude-haiku-4-5" if number % 2 else attack[:100],
                "max_tokens": 100,
                "system": attack,
                "stream": number % 4 == 1,
                "metadata": {"user_id": attack, "__proto__": {"owned": "prototype"}},
                "tools": [{"name": "evil", "description": attack, "input_schema": json.loads(POLLUTION)}],
                "messages": [
                    {"role": "user", "content": attack},
                    {
                        "role": "assistant",
                        "content": [{"type": "tool_use", "id": "toolu_1", "name": "evil", "input": {attack: attack}}],
                    },
                    {"role": "user", "content": blocks[::-1]},
                ],
            }
            headers = {**HEADERS, "user-agent": plain, "x-claudeflare-session": plain}
            await client.post("/v1/messages", json=question, headers=headers)
    listed = await server.requests(lambda listed: len(listed) >= min(before + len(ATTACKS) + 1, 1000))
    return [each["id"] for each in listed[: len(ATTACKS) + 1]]


@pytest.mark.timeout(240)
async def test_nothing_that_is_shown_does_anything(open_tab: OpenTab, server: ClaudeflareServer) -> None:
    named = await server.api.post("/api/keys", json={"name": "<img src=x onerror=window.owned='key'>"})
    ids = await plant(server)
    tab = await open_tab()
    elsewhere: list[str] = []
    dialogs: list[str] = []
    shown = ""

    def requested(request: Request) -> None:
        if not request.url.startswith((server.url, "data:", "blob:")):
            elsewhere.append(request.url)

    async def opened(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        await dialog.dismiss()

    tab.page.on("request", requested)
    tab.page.on("dialog", opened)
    for path in (*PAGES, *(f"/requests/{each}" for each in ids), *(f"/requests?open={each}" for each in ids[:2])):
        await tab.go(path)
        done = await tab.page.evaluate(
            """() => ({
                owned: String(window.owned) + String({}.owned),
                scripts: [...document.scripts].filter(each => !each.src.startsWith(location.origin)).length,
                handlers: document.querySelectorAll('[onerror],[onload],[onfocus],[onclick]').length,
                frames: document.querySelectorAll('iframe,object,embed,base').length,
                links: [...document.links].filter(each => !/^(https?|mailto|blob):$/.test(each.protocol)).length,
            })"""
        )
        shown += await tab.page.evaluate("() => document.body.innerText")
        assert done == {"owned": "undefinedundefined", "scripts": 0, "handlers": 0, "frames": 0, "links": 0}, path
    assert (elsewhere, dialogs) == ([], [])
    assert "<img src=x onerror=" in shown, "the pages have to show it for this to say anything"
    await server.api.delete(f"/api/keys/{named.json()['id']}")
