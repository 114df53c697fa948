"""Tells the pool how many tokens an answer has counted, so that it expects the right number of the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from claudeflare.balancing.lease import Lease
    from claudeflare.balancing.pool import AccountPool
    from claudeflare.gateway.attempt import Attempt
    from claudeflare.providers.provider import Provider

BYTES_PER_TOKEN: Final = 4
"""Of a request's body. Only a beginning: each session's own ratio is learned from its answers."""


def expected_tokens(body_bytes: int) -> int:
    """Input tokens to expect of a request's body, by its size."""
    return body_bytes // BYTES_PER_TOKEN


def count_tokens(pool: AccountPool, lease: Lease, attempt: Attempt | None, provider: Provider) -> None:
    """Pass on the usage of the answer that ends a lease. Called where the lease holds a reservation."""
    if attempt is None or attempt.record.first_byte_ms is None:
        return  # no answer, hence no meter
    usage = attempt.meter.usage
    if usage is not None:
        input_tokens, output_tokens = provider.counted_tokens(usage)
        pool.counted(lease, input_tokens, output_tokens)
