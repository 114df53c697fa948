from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.journal.records import Attempt
from claudeflare.live.request_counts import MOST_MODELS, OTHER, Counts, Histogram, RequestCounts
from claudeflare.providers.usage import TokenCounts
from harness.live_batches import NOW, Batch, ended


def counted(*batches: Batch) -> Counts:
    counts = RequestCounts()
    for batch in batches:
        counts.stored(batch)
    return counts.read()[1]


def test_requests_tokens_costs_and_attempts_are_summed_up() -> None:
    tokens = TokenCounts(input=10, cache_read=20, cache_write_5m=0, output=30)
    served = ended(
        "r-1",
        tokens=tokens,
        cost=0.25,
        account="work",
        model="opus",
        streaming=True,
        duration_ms=3000.0,
        first_content_ms=400.0,
        overhead_ms=0.3,
        attempts=[Attempt(account="spare", outcome="rate_limited"), Attempt(account="work", outcome="served")],
    )
    refused = ended("r-3", terminal_state="refused", status=413)
    counts = counted(Batch([], [served, served]), Batch([], [refused]))
    assert counts.requests == {("work", "opus", "200", "complete"): 2, ("", "", "413", "refused"): 1}
    assert counts.tokens == {
        ("work", "opus", "input"): 20,
        ("work", "opus", "cache_read"): 40,
        ("work", "opus", "output"): 60,
    }
    assert counts.cost == {("work", "opus"): 0.5}
    assert counts.attempts == {("spare", "rate_limited"): 2, ("work", "served"): 2}
    assert counts.duration["true"].cumulative()[5:8] == [("5.0", 2), ("10.0", 2), ("20.0", 2)]
    assert counts.duration["true"].sum == 6.0
    assert sum(counts.duration["false"].counts) == 0
    assert counts.first_content["opus"].sum == 0.8
    assert sum(counts.overhead.counts) == sum(counts.queued.counts) == 3
    assert counts.stored_at == NOW


def test_an_unknown_price_is_counted_and_never_a_cost() -> None:
    counts = counted(Batch([], [ended("r-1", tokens=TokenCounts(input=1)), ended("r-2"), ended("r-3", cost=0.0)]))
    assert (counts.unpriced, counts.cost) == (1, {})


def test_an_amendment_is_no_request() -> None:
    assert counted(Batch([], [ended("r-1", amended=True)])).requests == {}


def test_models_nobody_has_heard_of_make_no_series_without_end() -> None:
    counts = counted(Batch([], [ended(f"r-{n}", model=f"model-{n}") for n in range(MOST_MODELS + 7)]))
    assert len(counts.requests) == MOST_MODELS + 1
    assert counts.requests["", OTHER, "200", "complete"] == 7


@given(st.lists(st.floats(0, 1000)), st.lists(st.floats(0.001, 900), min_size=1, unique=True).map(sorted))
def test_each_bound_counts_all_values_up_to_it(values: list[float], bounds: list[float]) -> None:
    histogram = Histogram(bounds)
    for value in values:
        histogram.add(value)
    expected = [(repr(bound), sum(value <= bound for value in values)) for bound in bounds]
    assert histogram.cumulative() == [*expected, ("+Inf", len(values))]
    assert repr(histogram) == f"<Histogram of {len(values)} values>"
