"""The Claude API behind the seam that the gateway talks to: composes this package, adds nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from claudeflare.balancing.limit_reading import LimitReading
from claudeflare.balancing.outcome import Outcome
from claudeflare.providers.anthropic import batch_links, errors, headers, limit_headers, pins, spend_bounds
from claudeflare.providers.anthropic.decompression import decompressor, inflated_start
from claudeflare.providers.anthropic.error_shape import error_body, error_event
from claudeflare.providers.anthropic.facts import facts
from claudeflare.providers.anthropic.json_meter import BODY_LIMIT, JsonMeter
from claudeflare.providers.anthropic.stream_meter import StreamMeter
from claudeflare.providers.anthropic.usage import billed_parts, counted_tokens
from claudeflare.providers.price_list import SpendBounds, Spending
from claudeflare.providers.provider import Credential, Fields, Meter, Named, RequestFacts, Ties
from claudeflare.providers.usage import BilledPart

ERROR_START_BYTES = 4096
"""How much of a failed answer is read to classify it."""


class AnthropicProvider:
    """Implements `providers.provider.Provider`. Stateless; one object serves all requests."""

    name = "anthropic"

    def facts(self, method: bytes, path: bytes, named: Named, body: bytes | None) -> RequestFacts:
        """See `facts.facts`."""
        return facts(method, path, named, body)

    def ties(self, method: bytes, target: bytes, named: Named, body: bytes | None, kinds: Collection[str]) -> Ties:
        """See `pins.ties`."""
        return pins.ties(method, target, named, body, kinds)

    def links_to_itself(self, path: bytes) -> bool:
        """See `batch_links.answers_batches`."""
        return batch_links.answers_batches(path)

    def relink(self, fields: Fields, body: bytes, origin: bytes) -> bytes | None:
        """See `batch_links.relinked`."""
        return batch_links.relinked(headers.all_values(fields, b"content-encoding"), body, origin)

    def request_fields(self, fields: Fields, credential: Credential | None) -> list[tuple[bytes, bytes]]:
        """See `headers.request_fields`."""
        return headers.request_fields(fields, credential)

    def response_fields(self, fields: Fields) -> list[tuple[bytes, bytes]]:
        """See `headers.response_fields`."""
        return headers.response_fields(fields)

    def meter(self, status: int, fields: Fields, *, streaming: bool) -> Meter:
        """By content type: events, a JSON document, or anything else, which is passed over.

        `streaming`, what the request asked for, decides only where a good answer does not state its type.
        """
        inflating = decompressor(headers.all_values(fields, b"content-encoding"))
        stated = (headers.first_value(fields, b"content-type") or "").partition(";")[0].strip().lower()
        if stated == "text/event-stream" or (not stated and streaming and status < 400):
            return StreamMeter(inflating)
        is_json = not stated or stated == "application/json" or stated.endswith("+json")
        return JsonMeter(inflating, BODY_LIMIT if is_json else 0)

    def classify(
        self, status: int, fields: Fields, body: bytes, facts: RequestFacts, credential: Credential | None, now: float
    ) -> Outcome:
        """See `errors.classify`. A body that is still compressed is read as well."""
        if status >= 400:
            body = self.readable(fields, body)
        return errors.classify(status, fields, body, facts, credential, now)

    def classify_stream_error(self, meter: Meter, facts: RequestFacts, now: float) -> Outcome:
        """See `errors.classify_stream_error`."""
        return errors.classify_stream_error(meter, facts, now)

    def readable(self, fields: Fields, body: bytes) -> bytes:
        """The start of a failed answer's body, decompressed as far as it goes, at most `ERROR_START_BYTES`."""
        return inflated_start(headers.all_values(fields, b"content-encoding"), body, ERROR_START_BYTES)

    def organization(self, named: Named) -> str | None:
        """The organization whose limits the answer's account shares."""
        return headers.stated(named, b"anthropic-organization-id")

    def limits(self, status: int, named: Named) -> LimitReading | None:
        """See `limit_headers.limits`."""
        return limit_headers.limits(status, named)

    def counted_tokens(self, usage: dict[str, Any]) -> tuple[int, int]:
        """See `usage.counted_tokens`."""
        return counted_tokens(usage)

    def spending(self, method: bytes, path: bytes) -> Spending:
        """See `spend_bounds.spending`."""
        return spend_bounds.spending(method, path)

    def spend_bounds(self, body: bytes) -> SpendBounds | None:
        """See `spend_bounds.spend_bounds`."""
        return spend_bounds.spend_bounds(body)

    def billed_parts(
        self, usage: dict[str, Any], model: str | None, stop_reason: str | None, path: str
    ) -> list[BilledPart]:
        """See `usage.billed_parts`."""
        return billed_parts(usage, model, stop_reason, path)

    def upstream_request_id(self, named: Named) -> str | None:
        """The API's own id, which its support asks for."""
        return headers.stated(named, b"request-id")

    def error_body(
        self, status: int, error_type: str, message: str, request_id: str, details: dict[str, Any] | None = None
    ) -> bytes:
        """See `error_shape.error_body`; the API's errors do not repeat the status."""
        return error_body(error_type, message, request_id, details)

    def error_event(self, error_type: str, message: str, request_id: str) -> bytes:
        """See `error_shape.error_event`."""
        return error_event(error_type, message, request_id)
