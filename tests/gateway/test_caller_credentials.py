"""The caller's own credential before accounts, instead of them, or not at all: through real sockets."""

from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.balancing.lease import PickRequest
from claudeflare.balancing.pins import Bound
from claudeflare.gateway.caller_credentials import CallerCredentials, digest_of
from claudeflare.http1.heads import RequestHead
from gateway.answers import MESSAGE, REQUEST, STREAM, STREAM_REQUEST, error_body, error_event
from harness.gateway import RunningGateway, account, running_gateway
from harness.upstream import Script, UpstreamPeer, repeat, scripted_upstream

OWN = "x-api-key: sk-ant-own"
WINDOW = (
    b"anthropic-ratelimit-unified-status: rejected",
    b"anthropic-ratelimit-unified-representative-claim: five_hour",
    b"anthropic-ratelimit-unified-reset: 9999999999",
)
LIMITED = error_body("rate_limit_error", "This request would exceed your account's rate limit.")
FIRST = {"caller_credential": "first"}


def own_fails(status: bytes, body: bytes, *headers: bytes) -> tuple[Script, list[bytes]]:
    """An upstream that fails the caller's own key, and the keys it was asked with."""
    asked: list[bytes] = []

    async def script(peer: UpstreamPeer) -> None:
        asked.extend(peer.header(b"x-api-key"))
        if peer.header(b"x-api-key") == [b"sk-ant-own"]:
            await peer.answer(body, status, *headers)
        elif b'"stream":true' in peer.body:
            await peer.begin_stream()
            await peer.chunk(STREAM)
            await peer.end_stream()
        else:
            await peer.answer(MESSAGE)

    return repeat(script), asked


async def ask(gateway: RunningGateway, *headers: str, body: bytes = REQUEST) -> tuple[int, dict[str, str], bytes]:
    client = await gateway.connect()
    await client.request("/v1/messages", body, "POST", *headers)
    answer = await client.response()
    client.close()
    return answer


async def test_the_callers_own_comes_first(tmp_path: Path) -> None:
    script, asked = own_fails(b"200 OK", MESSAGE)
    async with (
        scripted_upstream(script) as upstream,
        running_gateway(upstream.url, tmp_path, [account("work")], **FIRST) as gateway,
    ):
        status, fields, _ = await ask(gateway, OWN)
        assert (status, asked) == (200, [b"sk-ant-own"])
        assert "x-claudeflare-account" not in fields
        record = await gateway.record()
        assert (record.account, record.account_id, record.picks) == (None, None, [])


@pytest.mark.parametrize("body", [REQUEST, STREAM_REQUEST])
@pytest.mark.parametrize(
    ("status", "answer", "headers", "tried_again"),
    [
        (b"429 Too Many Requests", LIMITED, WINDOW, False),
        (b"429 Too Many Requests", LIMITED, (b"retry-after: 60",), False),
        (b"401 Unauthorized", error_body("authentication_error", "invalid x-api-key"), (), False),
        (b"529 Overloaded", error_body("overloaded_error", "Overloaded"), (), True),
        (b"500 Internal Server Error", error_body("api_error", "Oops"), (), True),
    ],
)
async def test_accounts_follow_when_it_cannot(
    tmp_path: Path, status: bytes, answer: bytes, headers: tuple[bytes, ...], tried_again: bool, body: bytes
) -> None:
    script, asked = own_fails(status, answer, *headers)
    async with (
        scripted_upstream(script) as upstream,
        running_gateway(upstream.url, tmp_path, [account("work")], **FIRST) as gateway,
    ):
        for _ in range(2):
            answered, fields, _ = await ask(gateway, OWN, body=body)
            assert (answered, fields["x-claudeflare-account"]) == (200, "work")
        first, second = gateway.records()
        assert [each.account for each in first.attempts][-1] == "work"
        assert first.attempts[0].account == ""
        # A limit is remembered; the provider's trouble says nothing about the credential.
        assert (second.attempts[0].account == "") is tried_again
        assert asked[-1] == b"sk-ant-work"


async def test_a_stream_that_begins_with_an_error_is_tried_on_an_account(tmp_path: Path) -> None:
    async def script(peer: UpstreamPeer) -> None:
        await peer.begin_stream()
        own = peer.header(b"x-api-key") == [b"sk-ant-own"]
        await peer.chunk(error_event("overloaded_error") if own else STREAM)
        await peer.end_stream()

    async with (
        scripted_upstream(repeat(script)) as upstream,
        running_gateway(upstream.url, tmp_path, [account("work")], **FIRST) as gateway,
    ):
        status, fields, body = await ask(gateway, OWN, body=STREAM_REQUEST)
        assert (status, fields["x-claudeflare-account"], body) == (200, "work", STREAM)


async def test_what_is_the_requests_own_fault_is_answered_at_once(tmp_path: Path) -> None:
    script, asked = own_fails(b"400 Bad Request", error_body("invalid_request_error", "max_tokens: required"))
    async with (
        scripted_upstream(script) as upstream,
        running_gateway(upstream.url, tmp_path, [account("work")], **FIRST) as gateway,
    ):
        assert (await ask(gateway, OWN))[0] == 400
        assert asked == [b"sk-ant-own"]


async def test_without_a_credential_accounts_serve(tmp_path: Path) -> None:
    script, asked = own_fails(b"200 OK", MESSAGE)
    async with (
        scripted_upstream(script) as upstream,
        running_gateway(upstream.url, tmp_path, [account("work")], **FIRST) as gateway,
    ):
        for headers in ((), ("x-api-key:  ",), (OWN, "x-claudeflare-account: work")):
            assert (await ask(gateway, *headers))[0] == 200
        assert asked == [b"sk-ant-work"] * 3


async def test_when_accounts_cannot_either_the_callers_answer_is_what_it_gets(tmp_path: Path) -> None:
    async def script(peer: UpstreamPeer) -> None:
        own = peer.header(b"x-api-key") == [b"sk-ant-own"]
        await peer.answer(LIMITED, b"429 Too Many Requests", *WINDOW, *((b"x-whose: own",) if own else ()))

    async with (
        scripted_upstream(repeat(script)) as upstream,
        running_gateway(upstream.url, tmp_path, [account("work", paused=True)], **FIRST) as gateway,
    ):
        status, fields, _ = await ask(gateway, OWN)
        assert (status, fields["x-whose"]) == (429, "own")
        # It is limited now, and the account is paused: our own words.
        assert (await ask(gateway, OWN))[0] == 503


async def test_callers_do_not_share_a_limit(tmp_path: Path) -> None:
    script, asked = own_fails(b"429 Too Many Requests", LIMITED, *WINDOW)
    async with (
        scripted_upstream(script) as upstream,
        running_gateway(upstream.url, tmp_path, [account("work")], **FIRST) as gateway,
    ):
        await ask(gateway, OWN)
        await ask(gateway, "x-api-key: sk-ant-another")
        assert asked == [b"sk-ant-own", b"sk-ant-work", b"sk-ant-another"]
        assert b"sk-ant" not in repr(gateway.server.callers).encode()


async def test_only_callers(tmp_path: Path) -> None:
    script, asked = own_fails(b"429 Too Many Requests", LIMITED, *WINDOW)
    async with (
        scripted_upstream(script) as upstream,
        running_gateway(upstream.url, tmp_path, [account("work")], caller_credential="only") as gateway,
    ):
        assert (await ask(gateway, OWN))[0] == 429
        assert asked == [b"sk-ant-own"]


async def test_unless_it_is_set_accounts_alone_serve(tmp_path: Path) -> None:
    script, asked = own_fails(b"200 OK", MESSAGE)
    async with (
        scripted_upstream(script) as upstream,
        running_gateway(upstream.url, tmp_path, [account("work")]) as gateway,
    ):
        assert gateway.server.callers is None
        assert (await ask(gateway, OWN))[0] == 200
        assert asked == [b"sk-ant-work"]


def head(*fields: tuple[bytes, bytes]) -> RequestHead:
    return RequestHead(b"GET", b"/", b"", 1, list(fields), {}, b"localhost", None, False, True)


def test_a_digest_tells_credentials_apart_and_nothing_else() -> None:
    one = digest_of(head((b"X-Api-Key", b"a"), (b"user-agent", b"x")))
    assert one is not None
    assert one == digest_of(head((b"x-api-key", b" a ")))
    assert len({one, digest_of(head((b"authorization", b"a"))), digest_of(head((b"x-api-key", b"b")))}) == 3
    assert digest_of(head((b"x-api-key", b" "), (b"cookie", b"a"))) is None


def test_a_request_whose_account_is_settled_is_not_tried_elsewhere() -> None:
    callers, own = CallerCredentials(), head((b"x-api-key", b"a"))
    assert callers.choose(own, PickRequest(session=None), 1.0) is not None
    for settled in (
        PickRequest(session=None, account="work"),
        PickRequest(session=None, bound=Bound("id", "work", "file_1")),
    ):
        assert callers.choose(own, settled, 1.0) is None
