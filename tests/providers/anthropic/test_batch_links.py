from __future__ import annotations

import gzip
import json

import pytest

from claudeflare.providers.anthropic.batch_links import answers_batches, relinked
from claudeflare.providers.anthropic.provider import AnthropicProvider

ORIGIN = b"http://localhost:8080"
RESULTS = "https://api.anthropic.com/v1/messages/batches/msgbatch_01abcdef/results"
OURS = "http://localhost:8080/v1/messages/batches/msgbatch_01abcdef/results"


@pytest.mark.parametrize(
    ("path", "may"),
    [
        (b"/v1/messages/batches", True),
        (b"/v1/messages/batches/msgbatch_01", True),
        (b"/v1/messages/batches/msgbatch_01/cancel", True),
        (b"/v1/messages/batches/msgbatch_01/results", False),
        (b"/v1/messages", False),
        (b"/v1/files", False),
    ],
)
def test_which_answers(path: bytes, may: bool) -> None:
    assert answers_batches(path) is may
    assert AnthropicProvider().links_to_itself(path) is may


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_a_link_leads_here_and_nothing_else_changes(separators: tuple[str, str]) -> None:
    before = {"id": "msgbatch_01abcdef", "note": RESULTS, "results_url": RESULTS, "more": {"é": 1.50}}
    after = relinked(b"", json.dumps(before, separators=separators).encode(), ORIGIN)
    assert after == json.dumps({**before, "results_url": OURS}, separators=separators).encode()


def test_every_link_of_a_page() -> None:
    page = {"data": [{"results_url": RESULTS}, {"results_url": None}, {"results_url": RESULTS}], "has_more": False}
    after = relinked(b"", json.dumps(page).encode(), ORIGIN)
    assert after is not None
    assert json.loads(after) == {
        "data": [{"results_url": OURS}, {"results_url": None}, {"results_url": OURS}],
        "has_more": False,
    }


def test_an_upstream_below_a_path_of_its_own() -> None:
    body = b'{"results_url":"https://proxy.example/claude/v1/messages/batches/x/results"}'
    assert relinked(b"", body, ORIGIN) == b'{"results_url":"http://localhost:8080/v1/messages/batches/x/results"}'


def test_a_compressed_answer() -> None:
    body = json.dumps({"results_url": RESULTS}).encode()
    after = AnthropicProvider().relink([(b"Content-Encoding", b"gzip")], gzip.compress(body), ORIGIN)
    assert after == json.dumps({"results_url": OURS}).encode()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"", b'{"results_url":null}'),
        (b"", b'{"results_url":"https://elsewhere.example/x"}'),
        (b"", b'{"text":"\\"results_url\\":\\"https://x/v1/messages/batches/y\\""}'),
        (b"", b""),
        (b"gzip", b"no gzip"),
        (b"unheard-of", b'{"results_url":"https://x/v1/messages/batches/y/results"}'),
    ],
)
def test_what_has_no_link_is_left_alone(encoding: bytes, body: bytes) -> None:
    assert relinked(encoding, body, ORIGIN) is None
