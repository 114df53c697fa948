"""Which requests are let in: host, origin, path and announced size."""

from __future__ import annotations

from collections.abc import Collection

from claudeflare.gateway.refusal import Refusal
from claudeflare.http1.hosts import host_allowed, origin_allowed
from claudeflare.http1.request_parser import RequestHead
from claudeflare.http1.target import has_dot_segment
from claudeflare.settings import Settings


def gate(
    head: RequestHead, allowed_hosts: Collection[str], limit: int | None, *, api: bool, known: bool = False
) -> Refusal | None:
    """Why a request is refused at its head, or None. `api` marks `/v1`, where a foreign page must not spend quota.

    `known`: it came with a client key, which no foreign page has, so that any host and origin will do.
    """
    if not known and head.host and not host_allowed(head.host, allowed_hosts):
        return Refusal(
            421,
            "invalid_request_error",
            "This server does not answer for the host in the Host field. If it should, add the name to "
            "CLAUDEFLARE_ALLOWED_HOSTS.",
        )
    if not api:
        return None
    origin = head.named.get(b"origin")
    if not known and origin is not None and not origin_allowed(origin, head.host, allowed_hosts):
        return Refusal(
            403,
            "permission_error",
            "Requests from web pages of other origins are refused. If this page is yours, add its host to "
            "CLAUDEFLARE_ALLOWED_HOSTS.",
        )
    if not known and head.named.get(b"sec-fetch-site") == b"cross-site":
        return Refusal(403, "permission_error", "Requests from web pages of other sites are refused.")
    if has_dot_segment(head.path):
        return Refusal(400, "invalid_request_error", "The path must not have '.' or '..' segments.")
    if limit is not None and head.content_length is not None and head.content_length > limit:
        return Refusal(413, "request_too_large", f"The request body is larger than {limit} bytes.")
    return None


def open_to_anyone(has_client_keys: bool, exposed: bool) -> bool:
    """Whether `/v1` answers whoever asks: only while the owner has made no client key and no other machine can ask."""
    return not has_client_keys and not exposed


def body_limit(path: bytes, settings: Settings) -> int:
    """How large a request body may be on this route."""
    if path.startswith((b"/v1/files", b"/v1/skills")):
        return settings.max_file_body_bytes
    if path.startswith(b"/v1/messages/batches"):
        return settings.max_batch_body_bytes
    return settings.max_body_bytes
