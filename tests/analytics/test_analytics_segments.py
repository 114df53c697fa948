from __future__ import annotations

from claudeflare.analytics.segments import ACCOUNT_MODEL, ALL, DIMENSIONS, EVERY, KINDS, Segment, segment_id

ONE = Segment(EVERY, True, "a", "m", "k", "curl", 200, "complete", "")


def test_a_request_is_in_one_segment_of_each_kind() -> None:
    assert [each.kind for each in ONE.projections()] == [ALL, *DIMENSIONS, ACCOUNT_MODEL]
    assert sorted([ONE.kind, *(each.kind for each in ONE.projections())]) == list(KINDS)
    assert ONE.projections()[1] == Segment(1, True, account_id="a")
    assert all(each.success for each in ONE.projections())


def test_ids_are_the_same_everywhere() -> None:
    assert segment_id(Segment(ALL, True)) == 6_250_326_473_314_529_940
    several = {segment_id(each) for each in (*ONE.projections(), ONE, ONE._replace(success=False))}
    assert len(several) == 10
    assert all(0 <= each < 2**63 for each in several)
