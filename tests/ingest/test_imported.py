from __future__ import annotations

from claudeflare.ingest.imported import imported
from claudeflare.providers.usage import TokenCounts
from harness.journal_frames import finished


def test_tokens_are_what_was_recorded() -> None:
    usage = {"input_tokens": 1, "cache_creation_input_tokens": 2, "cache_read_input_tokens": 3, "output_tokens": 4}
    record = imported(finished("r", usage=usage), 0.5, "ccflare")
    assert record.tokens == TokenCounts(input=1, cache_write_5m=2, cache_write_1h=0, cache_read=3, output=4)
    assert (record.cost_usd, record.price_version) == (0.5, "as recorded by ccflare")
    assert record.cache_saved_usd is None


def test_what_was_not_recorded_is_unknown() -> None:
    record = imported(finished("r", usage=None), None, "ccflare")
    assert (record.tokens, record.cost_usd, record.price_version) == (TokenCounts(), None, None)
    # Not even where it would have been free: nothing is worked out again.
    assert imported(finished("r", status=500, usage=None), None, "ccflare").cost_usd is None
    assert imported(finished("r", usage={"output_tokens": 4}), None, "x").tokens == TokenCounts(output=4)
