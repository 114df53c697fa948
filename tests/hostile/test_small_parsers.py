"""Every parser of something that comes from outside: it reads it or says no in its own words, whatever it is fed.

`make torture` tries many times as many. Framing, streams and bodies have tests of their own: see SECURITY.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claudeflare.access import client_key_file, presented_token
from claudeflare.api import account_pages, times
from claudeflare.backup.archive import opened_archive
from claudeflare.backup.row_stream import read_rows
from claudeflare.cli.simulate import read_accounts
from claudeflare.credentials import keyring, pasted_code, profile_files, token_reply
from claudeflare.credentials.kinds import Profile
from claudeflare.errors import ClaudeflareError
from claudeflare.gateway.egress import Egress, parse_proxy
from claudeflare.gateway.link import MessageDecoder
from claudeflare.gateway.messages import LinkMessage
from claudeflare.gateway.origin import parse_upstream
from claudeflare.http1 import hosts
from claudeflare.journal import segments
from claudeflare.log_files import follower, history
from claudeflare.providers.anthropic.provider import AnthropicProvider
from claudeflare.settings_values import RULES, read_value
from claudeflare.simulator.errors import ApiError
from claudeflare.simulator.resources.multipart import FormReader
from claudeflare.storage import account_rules, chunk_runs, client_keys, happenings, packed_fields, request_query
from claudeflare.supervisor.announcement import read_announcement

MANY = settings(max_examples=5_000, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=30, suppress_health_check=list(HealthCheck))
DEEP = 200_000
"""Levels: more than any parser's stack has."""


class Target(NamedTuple):
    """One parser."""

    parse: Callable[[bytes, Path], object]
    seeds: tuple[bytes, ...] = ()
    """What it reads, to be damaged."""
    refusals: tuple[type[Exception], ...] = (ClaudeflareError,)
    """How it says no. Anything else is a defect."""


def text(parse: Callable[[str], object]) -> Callable[[bytes, Path], object]:
    """As header fields come, and then as JSON may hold it: each character, and halves of pairs."""

    def run(data: bytes, _directory: Path) -> None:
        for given_text in {
            data.decode("latin-1"),
            data.decode("utf-8", "surrogatepass" if _pairs(data) else "replace"),
        }:
            parse(given_text)

    return run


def _pairs(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def file(parse: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    """From a file that only its owner reads."""

    def run(data: bytes, directory: Path) -> object:
        path = directory / "given"
        path.touch(0o600)
        path.write_bytes(data)
        return parse(path)

    return run


def profile(config: bool) -> Callable[[bytes, Path], object]:
    def run(data: bytes, directory: Path) -> None:
        for folder in ("configs", "credentials"):
            (directory / folder).mkdir(exist_ok=True)
            path = directory / folder / "p.json"
            path.touch(0o600)
            path.write_bytes(data if config == (folder == "configs") else b'{"access_token": "a"}')
        # What a config may name as its tokens' place must be no surprise either.
        profile_files.ProfileFiles(Profile(directory=str(directory), name="p")).read()

    return run


def rows(data: bytes, directory: Path) -> None:
    path = directory / "rows"
    path.write_bytes(data)
    with path.open("rb") as opened:
        list(read_rows(opened, "requests"))


def archive(path: Path) -> None:
    with opened_archive(path) as reader:
        list(reader.verify())


def setting(value: str) -> None:
    for name in RULES:
        try:
            read_value(name, value)
        except ValueError:
            continue


def host(value: bytes, _directory: Path) -> None:
    name = hosts.host_name(value)
    assert (name is not None) == hosts.well_formed(value) or b"[" in value
    hosts.host_allowed(value, {"box.lan", hosts.ANY_ADDRESS})
    assert not hosts.origin_allowed(value, b"localhost", set()) or value.lower().endswith(b"localhost")


def anthropic(data: bytes, _directory: Path) -> None:
    """Whatever the provider's module looks at: requests, answers that are errors, fields."""
    provider = AnthropicProvider()
    named = {b"x-claude-code-session-id": data[:50], b"content-type": data[:20]}
    facts = provider.facts(b"POST", b"/v1/messages", named, data)
    provider.facts(b"POST", b"/" + data[:30], named, data)
    provider.ties(b"POST", b"/v1/messages?" + data[:30], named, data, {"file", "container"})
    provider.spend_bounds(data)
    provider.relink([(b"content-type", b"application/json")], data, b"http://localhost:8080")
    for status in (400, 401, 403, 404, 413, 429, 500, 529):
        provider.classify(status, [(b"retry-after", data[:20])], data, facts, None, 1_000.0)
    for encoding in (b"gzip", b"br", b"zstd", b"deflate", data[:10]):
        provider.readable([(b"content-encoding", encoding)], data)
    for name in (b"anthropic-ratelimit-unified-5h-reset", b"anthropic-ratelimit-tokens-reset", b"retry-after"):
        provider.limits(429, {name: data, b"anthropic-ratelimit-unified-status": data})


def meters(data: bytes, _directory: Path) -> None:
    provider = AnthropicProvider()
    for kind, streaming in ((b"text/event-stream", True), (b"application/json", False)):
        for wire in (data, b"event: message_start\ndata: " + data + b"\n\n"):
            meter = provider.meter(200, [(b"content-type", kind)], streaming=streaming)
            meter.feed(wire)
            meter.finish()


def form(data: bytes, _directory: Path) -> None:
    for kind in ("multipart/form-data; boundary=x", data.decode("latin-1")):
        reader = FormReader(kind)
        reader.feed(data)
        reader.finish()


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


UNFIT = (ValueError,)
TARGETS: dict[str, Target] = {
    "a bearer token": Target(text(presented_token.bearer_token), (b"Bearer abc", b"bearer  a b")),
    "a cookie": Target(
        text(presented_token.session_cookies), (b"a=b; claudeflare-session=x", b'claudeflare-session="')
    ),
    "hosts and origins": Target(host, (b"localhost:8080", b"[::1]:80", b"http://localhost", b"[::ffff:1.2.3.4]")),
    "a file of client keys": Target(
        file(client_key_file.read_client_key_file), (b"# keys\nlaptop cfk_0123456789abcdef\n", b"a b c")
    ),
    "a key file": Target(lambda data, _: keyring.Keyring.parse(data, "here"), (keyring.new_text(),)),
    "a changed key file": Target(
        lambda data, _: keyring.without_keys(keyring.with_new_key(data), ["00"]), (keyring.new_text(),)
    ),
    "a pasted code": Target(text(pasted_code.read_pasted), (b"code#state", b"https://x/cb?code=a&state=b")),
    "a profile's config": Target(
        profile(config=True),
        (
            b'{"authentication": {"credentials_path": "~/x"}}',
            b'{"authentication": {"credentials_path": "~nobody-of-this-name/x"}}',
            b'{"authentication": {"credentials_path": "a\\u0000b"}}',
            b'{"authentication": {"credentials_path": "\\ud800"}}',
        ),
    ),
    "a profile's tokens": Target(profile(config=False), (b'{"access_token": "a", "expires_at": 1e9}',)),
    "a token endpoint's answer": Target(
        lambda data, _: token_reply.read_tokens(200, {}, data), (b'{"access_token": "a", "expires_in": 10}',)
    ),
    "a token endpoint's refusal": Target(
        lambda data, _: token_reply.read_tokens(400, {"retry-after": data.decode("latin-1")}, data),
        (b'{"error": "invalid_grant", "error_description": "no"}',),
    ),
    "a backup": Target(file(archive), (b"PK\3\4", b"PK\5\6" + bytes(18))),
    "rows of a backup": Target(rows, (zstd(b"\0\0\0\4\x91\x91\xa1\x80"), zstd(b"\0\3\0\0" + b"\x91" * DEEP))),
    "accounts to assume": Target(file(read_accounts), (b"[[accounts]]\ninput-tokens = 5\n",)),
    "a span of time": Target(text(times.parse_span), (b"24h", b"999999999w")),
    "a moment": Target(
        text(lambda given_text: times.parse_moment(given_text, 1_000.0)),
        (b"2026-11-22T10:00:00+01:00", b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00", b"99999999999"),
    ),
    "a cursor of accounts": Target(text(account_pages._decoded), (b"WzEuMCwiYSJd",)),
    "a cursor of requests": Target(text(request_query.after), (b"MS4wIHItMQ",)),
    "a cursor of happenings": Target(text(happenings._decoded), (b"WzEuMCwiYSIsImIiLCJjIiwiZCJd",)),
    "a cursor of keys": Target(text(client_keys._read_cursor), (b"1.5,abc", b"nan,x", b"1e999,x")),
    "a place in the log": Target(text(follower.parse_position), (b"control.1.532,gateway-0.3.10",)),
    "a line of the log": Target(lambda data, _: history.parse(data), (b'{"time":"x","level":"info"}',)),
    "a name of an account": Target(text(account_rules.name), ("Zoë\u202e".encode(), b"a\r\nb", b"-")),
    "a base URL": Target(
        text(account_rules.base_url), (b"https://api.anthropic.com", b"http://[::1", b"http://a:99999")
    ),
    "a setting": Target(text(setting), (b"1e999", b"http://user:pass@proxy:80", b"~nobody/x", b"\0", b"9" * 5000)),
    "a configuration": Target(
        lambda data, _: tomllib.loads(data.decode("utf-8", "replace")), (b"port = 1",), (tomllib.TOMLDecodeError,)
    ),
    "an upstream's URL": Target(text(parse_upstream), (b"https://a.example/x", b"http://[::1]:80"), UNFIT),
    "a proxy's URL": Target(text(parse_proxy), (b"http://user:pa%20ss@proxy.example:3128",), UNFIT),
    "exceptions of a proxy": Target(
        text(lambda given_text: Egress("http://proxy:1", given_text.split(","))), (b".example,10.0.0.0/8,[::1]:80",)
    ),
    "a message between our processes": Target(
        lambda data, _: MessageDecoder[Any](LinkMessage).feed(data),  # type: ignore[arg-type]
        (b"\0\0\0\5\x81\xa4type", b"\xff\xff\xff\xff"),
        UNFIT,
    ),
    "a segment's name": Target(text(segments.parse_name), (b"0123456789abcdef-0-00000001.journal",)),
    "runs of chunks": Target(lambda data, _: chunk_runs.decode_runs(data), (b"\1\2\3",)),
    "packed fields": Target(
        lambda data, _: packed_fields.unpack(data),
        (
            *packed_fields.pack_each([[("a", "b")]]),
            b"(\xb5/\xfd \x061\x00\x00\x91\x92\xa1\x80a\xa1b",
            zstd(b"\x91" * DEEP),
        ),
    ),
    "a segment": Target(
        lambda data, directory: segments.decode_header(data, directory), (), (segments.DamagedHeader, ClaudeflareError)
    ),
    "who serves": Target(file(read_announcement), (b'{"pid": 1, "url": "http://localhost"}',)),
    "what an API sends and is sent": Target(anthropic, (b'{"model": "m", "messages": [{"role": "user"}]}',)),
    "what is metered": Target(meters, (b'{"type":"message_start","message":{"usage":{"input_tokens":1}}}',)),
    "a form": Target(form, (b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',), (ApiError,)),
}
NESTED = [b"[" * DEEP, b'{"a":' * DEEP, b'{"error":' + b"[" * DEEP + b"]" * DEEP + b"}", b"\x91" * DEEP, b"\xdd" * 50]


@st.composite
def damaged(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """Any bytes, or what it reads with some put in or taken out."""
    data = draw(st.sampled_from(seeds) | st.binary(max_size=200) if seeds else st.binary(max_size=200))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(data)))
        end = min(len(data), place + draw(st.integers(0, 4)))
        data = data[:place] + draw(st.binary(max_size=4) | st.text(max_size=3).map(_encoded)) + data[end:]
    return data


def _encoded(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def try_it(target: Target, data: bytes, directory: Path) -> None:
    try:
        target.parse(data, directory)
    except target.refusals as refusal:
        str(refusal).encode()  # it can be printed, too


@pytest.mark.parametrize("name", TARGETS)
@FEW
@given(data=st.data())
def test_a_parser_reads_it_or_says_no(name: str, data: Any, tmp_path: Path) -> None:
    try_it(TARGETS[name], data.draw(damaged(TARGETS[name].seeds)), tmp_path)


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_nested_deeply_or_known_to_be_bad_is_no_way_in(name: str, tmp_path: Path) -> None:
    for given_data in (*NESTED, *TARGETS[name].seeds):
        try_it(TARGETS[name], given_data, tmp_path)


@pytest.mark.torture
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", TARGETS)
@MANY
@given(data=st.data())
def test_a_parser_reads_it_or_says_no_however_long_one_tries(name: str, data: Any, tmp_path: Path) -> None:
    try_it(TARGETS[name], data.draw(damaged(TARGETS[name].seeds)), tmp_path)
