from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from claudeflare.access.presented_token import COOKIE
from claudeflare.access.sessions import IDLE_SECONDS, TOUCH_SECONDS
from harness.browser import ADDRESS, browser, code
from harness.rest_api import Api, open_api


async def signed_in(api: Api, client: Any) -> Any:
    answer = await client.post("/api/sign-in", json={"code": await code(api)})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_link_signs_a_browser_in_once(api: Api) -> None:
    link = await api.post("/api/sign-in/link")
    assert link["url"] == "http://127.0.0.1:8080" + link["path"]
    assert link["expiresAt"] == "2026-11-18T11:07:40.000Z"
    shown = {"code": link["path"].removeprefix("/dashboard#sign-in=")}
    async with browser(api) as client:
        assert (await client.get("/api/accounts")).status_code == 401
        answer = await client.post("/api/sign-in", json=shown)
        assert answer.json() | {"id": None} == {
            "kind": "session",
            "id": None,
            "created": "2026-11-18T11:06:40.000Z",
            "expiresAt": "2026-12-18T11:06:40.000Z",
            "lastUsed": "2026-11-18T11:06:40.000Z",
            "address": ADDRESS,
            "userAgent": "Firefox",
        }
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{COOKIE}=")
        assert cookie.endswith("; Path=/; Max-Age=7776000; HttpOnly; SameSite=Strict")
        assert api.control.token not in cookie
        assert (await client.get("/api/accounts")).status_code == 200
        assert (await client.get("/api/session")).json() == answer.json()
        assert (await client.post("/api/stats/reset")).status_code == 200
    async with browser(api) as other:
        again = await other.post("/api/sign-in", json=shown)
        assert (again.status_code, again.json()["code"]) == (401, "unauthorized")
        assert "claudeflare dashboard" in again.json()["error"]
        assert "set-cookie" not in again.headers


async def test_a_link_runs_out_after_a_minute(api: Api) -> None:
    shown = {"code": await code(api)}
    api.clock.now += 60
    async with browser(api) as client:
        assert (await client.post("/api/sign-in", json=shown)).status_code == 401


async def test_the_token_signs_a_browser_in(api: Api) -> None:
    async with browser(api) as client:
        wrong = await client.post("/api/sign-in", json={"token": "wrong"})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "unauthorized")
        assert (await client.post("/api/sign-in", json={"token": f" {api.control.token}\n"})).status_code == 200
        assert (await client.get("/api/accounts")).status_code == 200


@pytest.mark.parametrize("body", [{}, {"code": "a", "token": "b"}, {"code": None}, {"user": "me"}, {"token": 1}, []])
async def test_what_is_neither_code_nor_token(api: Api, body: Any) -> None:
    async with browser(api) as client:
        answer = await client.post("/api/sign-in", json=body)
        assert answer.status_code in (400, 422)
        assert answer.json()["code"] == "invalid_input"


async def test_guessing_is_soon_over_and_only_for_the_guesser(tmp_path: Path) -> None:
    async with open_api(tmp_path, token="tulip") as api, browser(api) as client:
        for _ in range(10):
            assert (await client.post("/api/sign-in", json={"token": "rose"})).status_code == 401
        for token in ("rose", "tulip"):
            refused = await client.post("/api/sign-in", json={"token": token})
            assert refused.status_code == 429
            assert refused.headers["retry-after"] == "6"
            assert refused.json()["code"] == "too_many_attempts"
        # A link's code cannot be guessed: it works all the same.
        await signed_in(api, client)
        async with browser(api, address="192.0.2.8") as other:
            assert (await other.post("/api/sign-in", json={"token": "tulip"})).status_code == 200
        api.clock.now += 6.1
        assert (await client.post("/api/sign-in", json={"token": "tulip"})).status_code == 200


async def test_a_write_by_cookie_names_its_page(api: Api) -> None:
    async with browser(api) as client:
        await signed_in(api, client)
        del client.headers["origin"]
        assert (await client.get("/api/accounts")).status_code == 200
        refused = await client.post("/api/stats/reset")
        assert (refused.status_code, refused.json()["code"]) == (403, "origin_refused")
        for origin in ("https://evil.example", "http://127.0.0.1:3000", "http://localhost:8080", "null"):
            refused = await client.post("/api/stats/reset", headers={"origin": origin})
            assert (refused.status_code, refused.json()["code"]) == (403, "origin_refused")


async def test_another_sites_page_signs_nobody_in(api: Api) -> None:
    async with browser(api, origin="https://evil.example") as client:
        assert (await client.post("/api/sign-in", json={"code": await code(api)})).status_code == 403


async def test_behind_tls_the_cookie_goes_by_tls_only(tmp_path: Path) -> None:
    async with open_api(tmp_path, public_url="https://claude.example") as api:
        assert (await api.post("/api/sign-in/link"))["url"].startswith("https://claude.example/dashboard#sign-in=")
        async with browser(api, origin="https://claude.example") as client:
            answer = await client.post("/api/sign-in", json={"token": api.control.token})
            assert answer.headers["set-cookie"].endswith("; Secure")


async def test_signing_out_ends_the_session(api: Api) -> None:
    async with browser(api) as client:
        session = await signed_in(api, client)
        secret = client.cookies[COOKIE]
        answer = await client.post("/api/sign-out")
        assert answer.json() == {"id": session["id"], "ended": True}
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert (await client.get("/api/session", headers={"cookie": f"{COOKIE}={secret}"})).status_code == 401
    status, code_, message = await api.refused("POST", "/api/sign-out")
    assert (status, code_) == (400, "invalid_input")
    assert "rotated" in message


async def test_sessions_are_listed_and_ended_from_elsewhere(api: Api) -> None:
    async with browser(api) as one, browser(api, address="2001:db8::1") as two:
        first = await signed_in(api, one)
        api.clock.now += 1
        second = await signed_in(api, two)
        assert await api.get("/api/sessions") == [second, first]
        ended = await two.delete(f"/api/sessions/{first['id']}")
        assert ended.json() == {"id": first["id"], "ended": True}
        assert (await one.get("/api/session")).status_code == 401
        assert (await api.refused("DELETE", f"/api/sessions/{first['id']}"))[:2] == (404, "not_found")
        assert await api.get("/api/sessions") == [second]


async def test_use_keeps_a_session_alive(api: Api) -> None:
    async with browser(api) as client:
        await signed_in(api, client)
        api.clock.now += TOUCH_SECONDS
        before = (await client.get("/api/session")).json()
        assert before["lastUsed"] == "2026-11-18T12:06:40.000Z"
        api.clock.now += IDLE_SECONDS - 1
        assert (await client.get("/api/session")).status_code == 200
        api.clock.now += IDLE_SECONDS
        assert (await client.get("/api/session")).status_code == 401


async def test_sessions_survive_a_restart(tmp_path: Path) -> None:
    async with open_api(tmp_path) as api, browser(api) as client:
        await signed_in(api, client)
        cookie = {"cookie": f"{COOKIE}={client.cookies[COOKIE]}"}
    async with open_api(tmp_path) as api, browser(api) as client:
        assert (await client.get("/api/session", headers=cookie)).json()["kind"] == "session"


async def test_who_the_token_is(api: Api) -> None:
    nobody = {"id": None, "created": None, "expiresAt": None, "lastUsed": None, "userAgent": None}
    assert await api.get("/api/session") == {"kind": "command line", "address": None} | nobody
    through = await api.get("/api/session", headers={"x-claudeflare-peer": "192.0.2.1"})
    assert through == {"kind": "token", "address": "192.0.2.1"} | nobody


async def test_rotation_ends_the_old_token_and_every_session(api: Api) -> None:
    async with browser(api) as client:
        await signed_in(api, client)
        waiting = await code(api)
        old = api.control.token
        made = await api.post("/api/token/rotate")
        assert made == {"token": api.control.token, "sessionsEnded": 1}
        assert made["token"] != old
        assert (await client.get("/api/session")).status_code == 401
        assert (await client.post("/api/sign-in", json={"code": waiting})).status_code == 401
    assert (await api.refused("GET", "/api/accounts"))[0] == 401
    api.client.headers["authorization"] = f"Bearer {made['token']}"
    assert await api.get("/api/sessions") == []


async def test_the_owners_own_token_is_not_rotated(tmp_path: Path) -> None:
    async with open_api(tmp_path, token="tulip") as api, browser(api) as client:
        await signed_in(api, client)
        status, code_, message = await api.refused("POST", "/api/token/rotate")
        assert (status, code_) == (409, "conflict")
        assert "CLAUDEFLARE_TOKEN" in message
        assert (await client.get("/api/session")).status_code == 200


async def test_cookies_that_others_have_set_neither_open_anything_nor_shut_anybody_out(api: Api) -> None:
    """Another server under the same host name can set any cookie, and browsers send the most specific path first."""
    chosen = "x" * 43
    async with browser(api) as client:
        client.cookies.set(COOKIE, chosen)
        await signed_in(api, client)
        secret = next(each.value for each in client.cookies.jar if each.name == COOKIE and each.value != chosen)
    async with browser(api) as attacker:
        fixed = await attacker.get("/api/accounts", headers={"cookie": f"{COOKIE}={chosen}"})
        assert fixed.status_code == 401
        for tossed in ([chosen, secret], ["", secret], [*map(str, range(7)), secret]):
            field = "; ".join(f"{COOKIE}={each}" for each in tossed)
            assert (await attacker.get("/api/accounts", headers={"cookie": field})).status_code == 200
