"""What accounts of one organization share."""

from __future__ import annotations

from claudeflare.balancing.account import AccountState, Bench, BenchKind
from claudeflare.balancing.buckets import ClassBuckets
from claudeflare.balancing.change import Benched, OrganizationLearned
from claudeflare.balancing.organization import join, share_buckets

NOW = 1_000_000.0


def states(**organizations: str | None) -> dict[str, AccountState]:
    return {name: AccountState(organization_id=id_) for name, id_ in organizations.items()}


def test_buckets_are_one_and_the_same() -> None:
    known = states(a="org", b=None, c="other")
    known["a"].buckets["opus"] = ClassBuckets()
    assert join(known, "b", "org", NOW) == [OrganizationLearned("b", "org")]
    assert known["b"].buckets is known["a"].buckets
    assert known["c"].buckets is not known["a"].buckets


def test_a_newcomer_is_out_where_its_organization_is() -> None:
    known = states(a="org", b=None, c="other")
    known["a"].benches = {
        "opus": Bench(NOW + 60.0, "bucket", since=NOW, kind=BenchKind.BUCKET),
        "sonnet": Bench(NOW + 60.0, "window", since=NOW, kind=BenchKind.WINDOW),
        "haiku": Bench(NOW - 1.0, "over", since=NOW - 9.0, kind=BenchKind.BUCKET),
        "": Bench(NOW + 90.0, "spend", since=NOW, kind=BenchKind.SPEND),
    }
    known["c"].benches = {"fable": Bench(NOW + 60.0, "not ours", since=NOW, kind=BenchKind.BUCKET)}
    assert join(known, "b", "org", NOW) == [
        OrganizationLearned("b", "org"),
        Benched("b", "opus", NOW + 60.0, "bucket"),
        Benched("b", "", NOW + 90.0, "spend"),
    ]
    assert known["b"].benches.keys() == {"opus", ""}


def test_what_a_newcomer_has_longer_stays() -> None:
    known = states(a="org", b=None)
    known["a"].benches = {"": Bench(NOW + 60.0, "bucket", since=NOW, kind=BenchKind.BUCKET)}
    known["b"].benches = {"": Bench(NOW + 90.0, "own", since=NOW)}
    assert join(known, "b", "org", NOW) == [OrganizationLearned("b", "org")]


def test_leaving_an_organization_leaves_its_buckets() -> None:
    known = states(a="org", b=None)
    join(known, "b", "org", NOW)
    shared = known["a"].buckets
    shared["opus"] = ClassBuckets()
    join(known, "b", "another", NOW)
    assert known["b"].buckets == {}
    assert known["a"].buckets is shared


def test_alone_it_keeps_what_it_has_learned() -> None:
    known = states(a=None)
    known["a"].buckets["opus"] = ClassBuckets()
    join(known, "a", "org", NOW)
    share_buckets(known, "a")
    assert known["a"].buckets.keys() == {"opus"}
