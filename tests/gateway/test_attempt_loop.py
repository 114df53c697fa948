"""Every row of the failover table through real sockets: what the client sees, who is tried, what is recorded."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from gateway.answers import MESSAGE, REQUEST, STREAM, STREAM_REQUEST, error_body, error_event
from harness.gateway import RunningGateway, account, running_gateway
from harness.upstream import Script, UpstreamPeer, repeat, scripted_upstream

BOTH = [account("first", tier=20), account("second")]
"""The first has so much more room that a new session is placed there."""


def by_account(first: Script, second: Script | None = None) -> Script:
    """Answers depend on whose credential came."""

    async def good(peer: UpstreamPeer) -> None:
        if b'"stream":true' in peer.body:
            await peer.begin_stream()
            await peer.chunk(STREAM)
            await peer.end_stream()
        else:
            await peer.answer(MESSAGE)

    async def script(peer: UpstreamPeer) -> None:
        if peer.header(b"x-api-key") == [b"sk-ant-first"]:
            await first(peer)
        else:
            await (second or good)(peer)

    return repeat(script)


def failing(status: bytes, body: bytes, *headers: bytes) -> Script:
    async def script(peer: UpstreamPeer) -> None:
        await peer.answer(body, status, *headers)

    return script


async def ask(gateway: RunningGateway, body: bytes) -> tuple[int, dict[str, str], bytes]:
    client = await gateway.connect()
    await client.request(body=body)
    answer = await client.response()
    client.close()
    return answer


TOKENS_PER_MINUTE = "This request would exceed your organization's rate limit of 1 input tokens per minute"
WINDOW = (
    b"anthropic-ratelimit-unified-status: rejected",
    b"anthropic-ratelimit-unified-representative-claim: five_hour",
    b"anthropic-ratelimit-unified-reset: 9999999999",
)
CREDIT = "Your credit balance is too low to access the Anthropic API."
NOT_FOR_THIS = "This credential is only authorized for use with Claude Code and cannot be used for other API requests."


def error_400(message: str, **details: object) -> bytes:
    return error_body("invalid_request_error", message, **details)


MOVES: dict[str, tuple[Script, int, str]] = {
    "429 bucket": (
        failing(b"429 X", error_body("rate_limit_error", TOKENS_PER_MINUTE), b"retry-after: 12"),
        1,
        "rate_limited",
    ),
    "429 windowless": (
        failing(b"429 X", error_body("rate_limit_error", "Rate limited"), b"x-should-retry: true"),
        1,
        "rate_limited",
    ),
    "429 window": (failing(b"429 X", error_body("rate_limit_error"), *WINDOW), 1, "rate_limited"),
    "429 spend": (
        failing(b"429 X", error_body("rate_limit_error", "cap", error_code="enforced_spend_limit_reached")),
        1,
        "spend_limited",
    ),
    "400 credit": (failing(b"400 X", error_400(CREDIT)), 1, "spend_limited"),
    "401": (failing(b"401 X", error_body("authentication_error", "invalid x-api-key")), 1, "credential_refused"),
    "403 account": (
        failing(b"403 X", error_body("permission_error", "This organization has been disabled.")),
        1,
        "account_refused",
    ),
    "500": (failing(b"500 X", error_body("api_error")), 2, "server_error"),
    "502 HTML": (failing(b"502 X", b"<html>Bad gateway</html>"), 2, "server_error"),
    "520 HTML": (failing(b"520 X", b"<html>Web server returned an unknown error</html>"), 2, "server_error"),
    "529": (failing(b"529 X", error_body("overloaded_error")), 2, "overloaded"),
}


@pytest.mark.parametrize("body", [REQUEST, STREAM_REQUEST], ids=["json", "stream"])
@pytest.mark.parametrize(("script", "attempts_there", "outcome"), MOVES.values(), ids=MOVES)
async def test_what_moves(tmp_path: Path, script: Script, attempts_there: int, outcome: str, body: bytes) -> None:
    async with (
        scripted_upstream(by_account(script)) as upstream,
        running_gateway(upstream.url, tmp_path, BOTH) as gateway,
    ):
        status, fields, answer = await ask(gateway, body)
        assert (status, answer) == (200, STREAM if body is STREAM_REQUEST else MESSAGE)
        assert fields["x-claudeflare-account"] == "second"
        assert fields["x-claudeflare-attempts"] == str(attempts_there + 1)
        record = await gateway.record()
        assert [attempt.account for attempt in record.attempts] == ["first"] * attempts_there + ["second"]
        assert {attempt.outcome for attempt in record.attempts[:-1]} == {outcome}
        assert record.attempts[-2].next_step == "another"
        assert record.attempts[0].error_body
        assert record.attempts[-1].outcome == "served"
        assert (record.account, record.status, record.terminal_state) == ("second", 200, "complete")
        assert gateway.server.pool.in_flight() == {"id-first": 0, "id-second": 0}


STAYS = {
    "400": (b"400 Bad", error_400("max_tokens: Field required"), "rejected"),
    "404": (b"404 No", error_body("not_found_error", "model: claude-foo"), "rejected"),
    "413": (b"413 Big", error_body("request_too_large"), "rejected"),
    "on hold": (b"400 Hold", error_400("On hold", error_code="organization_on_hold"), "policy_refused"),
    "not for this use": (b"400 Bad", error_400(NOT_FOR_THIS), "policy_refused"),
}


@pytest.mark.parametrize(("status", "body", "outcome"), STAYS.values(), ids=STAYS)
async def test_what_is_never_tried_elsewhere(tmp_path: Path, status: bytes, body: bytes, outcome: str) -> None:
    script = by_account(failing(status, body, b"x-own: kept"))
    async with scripted_upstream(script) as upstream, running_gateway(upstream.url, tmp_path, BOTH) as gateway:
        code, fields, answer = await ask(gateway, REQUEST)
        assert (code, answer, fields["x-own"]) == (int(status.split()[0]), body, "kept")
        record = await gateway.record()
        assert [attempt.outcome for attempt in record.attempts] == [outcome]
        assert record.terminal_state == "complete"
        assert record.error_message


@pytest.mark.parametrize("kind", ["overloaded_error", "api_error", "rate_limit_error"])
async def test_an_error_as_the_first_event_moves(tmp_path: Path, kind: str) -> None:
    async def first(peer: UpstreamPeer) -> None:
        await peer.begin_stream()
        await peer.chunk(error_event(kind))
        await peer.end_stream()

    async with (
        scripted_upstream(by_account(first)) as upstream,
        running_gateway(upstream.url, tmp_path, BOTH) as gateway,
    ):
        status, fields, answer = await ask(gateway, STREAM_REQUEST)
        assert (status, answer, fields["x-claudeflare-account"]) == (200, STREAM, "second")


async def test_an_error_as_the_first_event_is_passed_on_when_there_is_nobody_else(tmp_path: Path) -> None:
    async def first(peer: UpstreamPeer) -> None:
        await peer.begin_stream()
        await peer.chunk(error_event())
        await peer.end_stream()

    async with (
        scripted_upstream(by_account(first)) as upstream,
        running_gateway(upstream.url, tmp_path, [account("first")]) as gateway,
    ):
        status, _, answer = await ask(gateway, STREAM_REQUEST)
        assert (status, answer) == (200, error_event())
        record = await gateway.record()
        assert (record.terminal_state, record.error_type) == ("error", "overloaded_error")
        assert [attempt.next_step for attempt in record.attempts] == ["retry", "relay"]


async def test_a_message_that_dies_before_content_moves_unseen(tmp_path: Path) -> None:
    from gateway.answers import START

    async def first(peer: UpstreamPeer) -> None:
        await peer.begin_stream()
        await peer.chunk(START)
        await peer.chunk(error_event())
        await peer.end_stream()

    async with (
        scripted_upstream(by_account(first)) as upstream,
        running_gateway(upstream.url, tmp_path, BOTH) as gateway,
    ):
        _, fields, answer = await ask(gateway, STREAM_REQUEST)
        assert (answer, fields["x-claudeflare-account"]) == (STREAM, "second")


async def test_the_start_of_a_message_is_held_back_only_for_a_moment(tmp_path: Path) -> None:
    from gateway.answers import START

    released = asyncio.Event()

    async def first(peer: UpstreamPeer) -> None:
        await peer.begin_stream()
        await peer.chunk(START)
        await released.wait()
        await peer.chunk(STREAM[len(START) :])
        await peer.end_stream()

    async with (
        scripted_upstream(by_account(first)) as upstream,
        running_gateway(upstream.url, tmp_path, BOTH) as gateway,
    ):
        client = await gateway.connect()
        await client.request(body=STREAM_REQUEST)
        await client.head()
        first_chunk = await anext(aiter(client.chunks()))
        assert first_chunk == START
        released.set()
        await client.rest_of_chunks()
        client.close()


LOST = {
    "reset": lambda peer: peer.reset(),
    "closed": lambda peer: peer.writer.close(),
}


@pytest.mark.parametrize("how", LOST)
async def test_an_answer_that_never_came_moves_and_says_it_may_be_billed(tmp_path: Path, how: str) -> None:
    async def first(peer: UpstreamPeer) -> None:
        LOST[how](peer)

    async with (
        scripted_upstream(by_account(first)) as upstream,
        running_gateway(upstream.url, tmp_path, BOTH) as gateway,
    ):
        status, fields, _ = await ask(gateway, REQUEST)
        assert (status, fields["x-claudeflare-account"]) == (200, "second")
        record = await gateway.record()
        assert [attempt.outcome for attempt in record.attempts] == ["answer_lost", "served"]
        assert record.attempts[0].maybe_billed
        assert not record.attempts[1].maybe_billed


def dead_url() -> str:
    """An address nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{sock.getsockname()[1]}"


async def test_an_unreachable_account_is_tried_twice_and_left(tmp_path: Path) -> None:
    accounts = [account("first", tier=20, base_url=dead_url()), account("second")]
    async with (
        scripted_upstream(repeat(lambda peer: peer.answer(MESSAGE))) as upstream,
        running_gateway(upstream.url, tmp_path, accounts) as gateway,
    ):
        status, fields, _ = await ask(gateway, REQUEST)
        assert (status, fields["x-claudeflare-attempts"]) == (200, "3")
        record = await gateway.record()
        assert [attempt.outcome for attempt in record.attempts] == ["connect_failed", "connect_failed", "served"]
        assert "Could not connect" in str(record.attempts[0].message)


async def test_when_nothing_can_be_reached_the_answer_is_502(tmp_path: Path) -> None:
    async with running_gateway(dead_url(), tmp_path, [account("only")]) as gateway:
        status, _, body = await ask(gateway, REQUEST)
        assert status == 502
        assert body.startswith(b'{"type":"error","error":{"type":"api_error","message":"Could not connect')
        record = await gateway.record()
        assert (record.terminal_state, record.status, len(record.attempts)) == ("error", 502, 2)


async def test_the_last_answer_is_passed_on_unmodified_when_all_fail(tmp_path: Path) -> None:
    last = failing(b"529 Overloaded", error_body("overloaded_error", "the second's"), b"x-own: kept")
    script = by_account(failing(b"500 X", error_body("api_error")), last)
    async with scripted_upstream(script) as upstream, running_gateway(upstream.url, tmp_path, BOTH) as gateway:
        status, fields, body = await ask(gateway, REQUEST)
        assert (status, fields["x-own"]) == (529, "kept")
        assert body == error_body("overloaded_error", "the second's")
        record = await gateway.record()
        assert len(record.attempts) == 3  # retry_attempts bounds what fails by 5xx and 529


async def test_all_accounts_limited_then_an_honest_429(tmp_path: Path) -> None:
    message = "This request would exceed your organization's rate limit of 1 input tokens per minute"
    limited = failing(b"429 X", error_body("rate_limit_error", message), b"retry-after: 40")
    async with (
        scripted_upstream(by_account(limited, limited)) as upstream,
        running_gateway(upstream.url, tmp_path, BOTH) as gateway,
    ):
        status, fields, _ = await ask(gateway, REQUEST)
        # Ours: the second's own answer would not say that the first is limited too, nor until when.
        assert (status, fields["retry-after"]) == (429, "40")
        seen = upstream.connections
        status, fields, body = await ask(gateway, REQUEST)
        assert status == 429
        assert 38 <= int(fields["retry-after"]) <= 40
        assert "x-should-retry" not in fields
        assert b"first: rate limited" in body
        assert b'"next_available_at"' in body
        assert upstream.connections == seen
        assert [record.terminal_state for record in gateway.records()] == ["refused", "refused"]


async def test_the_limit_of_the_only_account_is_passed_on_unmodified(tmp_path: Path) -> None:
    body = error_body("rate_limit_error")
    async with (
        scripted_upstream(by_account(failing(b"429 X", body, *WINDOW))) as upstream,
        running_gateway(upstream.url, tmp_path, [account("first")]) as gateway,
    ):
        status, fields, answer = await ask(gateway, REQUEST)
        assert (status, answer) == (429, body)
        assert fields["anthropic-ratelimit-unified-representative-claim"] == "five_hour"
        record = await gateway.record()
        assert [(each.outcome, each.next_step) for each in record.attempts] == [("rate_limited", "relay")]


async def test_paused_accounts_never_let_the_callers_credential_through(tmp_path: Path) -> None:
    async with scripted_upstream(by_account(failing(b"500 X", b""))) as upstream:
        async with running_gateway(upstream.url, tmp_path, [account("first", paused=True)]) as gateway:
            client = await gateway.connect()
            await client.request("/v1/messages", REQUEST, "POST", "x-api-key: own")
            status, _, body = await client.response()
            client.close()
            assert status == 503
            assert b"first: paused" in body
            assert upstream.connections == 0


async def test_an_account_whose_secret_is_locked_is_out(tmp_path: Path) -> None:
    from claudeflare.gateway.messages import Snapshot

    async with running_gateway("http://127.0.0.1:9", tmp_path, None) as gateway:
        gateway.server.apply_snapshot(Snapshot(1, [account("first")], {}, "session", 1000))
        status, _, body = await ask(gateway, REQUEST)
        assert status == 503
        assert b"cannot be decrypted" in body
        gateway.configure([account("first")], version=2)
        assert gateway.server.health()["accounts"] == {"configured": 1, "available": 1}


async def test_a_session_stays_and_moves_for_good(tmp_path: Path) -> None:
    limited = False

    async def first(peer: UpstreamPeer) -> None:
        if limited:
            await peer.answer(error_body("authentication_error"), b"401 X")
        else:
            await peer.answer(MESSAGE)

    async with (
        scripted_upstream(by_account(first)) as upstream,
        running_gateway(upstream.url, tmp_path, BOTH) as gateway,
    ):
        assert (await ask(gateway, REQUEST))[1]["x-claudeflare-account"] == "first"
        assert (await ask(gateway, REQUEST))[1]["x-claudeflare-account"] == "first"
        limited = True
        for _ in range(3):
            assert (await ask(gateway, REQUEST))[1]["x-claudeflare-account"] == "second"


async def test_a_requested_account_is_the_only_one_used(tmp_path: Path) -> None:
    async with (
        scripted_upstream(by_account(failing(b"500 X", b"{}"))) as upstream,
        running_gateway(upstream.url, tmp_path, BOTH) as gateway,
    ):
        client = await gateway.connect()
        await client.request("/v1/messages", REQUEST, "POST", "x-claudeflare-account: first")
        assert (await client.response())[0] == 500
        await client.request("/v1/messages", REQUEST, "POST", "x-claudeflare-account: nobody")
        status, _, body = await client.response()
        assert status == 400
        assert b"names no account" in body
        client.close()


async def test_a_long_error_is_decided_on_its_start_and_relayed_whole(tmp_path: Path) -> None:
    page = b"<html>" + b"x" * 600_000
    async with (
        scripted_upstream(by_account(failing(b"400 X", page))) as upstream,
        running_gateway(upstream.url, tmp_path, BOTH) as gateway,
    ):
        status, _, body = await ask(gateway, REQUEST)
        assert (status, body) == (400, page)


async def test_a_streamed_body_is_sent_once_only(tmp_path: Path) -> None:
    async with (
        scripted_upstream(by_account(failing(b"500 X", error_body("api_error")))) as upstream,
        running_gateway(upstream.url, tmp_path, BOTH, replay_limit_bytes=10) as gateway,
    ):
        status, _, _ = await ask(gateway, REQUEST)
        assert status == 500
        assert len((await gateway.record()).attempts) == 1
