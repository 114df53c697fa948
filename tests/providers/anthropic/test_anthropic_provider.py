"""The whole behind the seam."""

from __future__ import annotations

import gzip
import json

import brotli

from claudeflare.balancing.outcome import Overloaded, Rejected, Served, ServerError
from claudeflare.providers.anthropic.provider import AnthropicProvider
from claudeflare.providers.provider import Credential, Provider, RequestFacts
from providers.anthropic.captured_answers import answer, feed, stream

PROVIDER: Provider = AnthropicProvider()
EVENTS = (b"content-type", b"text/event-stream; charset=utf-8")
JSON = (b"Content-Type", b"application/json")


def test_meter_is_chosen_by_content_type() -> None:
    events, streamed = stream("text")
    document, whole = answer("text")
    assert feed(PROVIDER.meter(200, [EVENTS], streaming=False), [events]) == streamed
    assert feed(PROVIDER.meter(200, [], streaming=True), [events]) == streamed
    assert feed(PROVIDER.meter(200, [JSON], streaming=True), [document]) == whole
    assert (
        feed(PROVIDER.meter(200, [(b"content-type", b"application/problem+json")], streaming=False), [document])
        == whole
    )
    assert feed(PROVIDER.meter(200, [], streaming=False), [document]) == whole
    error, found = answer("error")
    assert feed(PROVIDER.meter(400, [], streaming=True), [error]) == found


def test_other_answers_are_passed_over() -> None:
    for kind in (b"application/x-jsonl", b"application/octet-stream", b"text/html"):
        meter = PROVIDER.meter(200, [(b"content-type", kind)], streaming=False)
        feed(meter, [answer("text")[0]])
        assert meter.usage is None


def test_meter_reads_encodings_spread_over_several_fields() -> None:
    events, expected = stream("text")
    body = brotli.compress(gzip.compress(events))
    fields = [EVENTS, (b"content-encoding", b"gzip"), (b"Content-Encoding", b"br")]
    assert feed(PROVIDER.meter(200, fields, streaming=True), [body]) == expected


def test_classify_reads_a_compressed_body_and_one_that_no_longer_is() -> None:
    body, fields = answer("error")[0], [JSON, (b"content-encoding", b"gzip")]
    expected = Rejected(400, "max_tokens: Field required")
    for start in (body, gzip.compress(body)):
        assert PROVIDER.classify(400, fields, start, RequestFacts(), None, 0.0) == expected
        assert PROVIDER.readable(fields, start) == body
    assert PROVIDER.classify(200, fields, b"", RequestFacts(), None, 0.0) == Served(200)
    assert PROVIDER.classify(502, fields, b"\xff\xff", RequestFacts(), None, 0.0) == ServerError(502, "HTTP 502")


def test_an_error_as_the_first_event() -> None:
    meter = PROVIDER.meter(200, [EVENTS], streaming=True)
    feed(meter, [stream("error_first")[0]])
    assert PROVIDER.classify_stream_error(meter, RequestFacts(), 0.0) == Overloaded("Overloaded")


def test_ids() -> None:
    named = {b"request-id": b"req_1", b"anthropic-organization-id": b"org-1"}
    assert PROVIDER.upstream_request_id(named) == "req_1"
    assert PROVIDER.organization(named) == "org-1"
    assert PROVIDER.upstream_request_id({}) is None
    assert PROVIDER.organization({b"anthropic-organization-id": b" "}) is None


def test_fields_and_facts_pass_through_the_seam() -> None:
    sent = PROVIDER.request_fields([(b"Host", b"localhost")], Credential(kind="api-key", secret="sk"))
    assert sent == [(b"x-api-key", b"sk")]
    assert PROVIDER.response_fields([(b"set-cookie", b"a=b")]) == []
    assert PROVIDER.facts(b"GET", b"/v1/models", {}, None) == RequestFacts(auxiliary=True, model_class="models")


def test_our_own_errors_can_be_read_back() -> None:
    body = PROVIDER.error_body(502, "api_error", "No account answered.", "req_1", {"attempts": 2})
    assert json.loads(body)["error"]["details"] == {"attempts": 2}
    meter = PROVIDER.meter(200, [EVENTS], streaming=True)
    found = feed(meter, [PROVIDER.error_event("api_error", "Broke off.", "req_1")])
    assert (found["error_type"], found["error_message"]) == ("api_error", "Broke off.")
