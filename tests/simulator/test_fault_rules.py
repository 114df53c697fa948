"""Rules: whom a fault strikes, how often, and when."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.errors import InvalidInput
from claudeflare.simulator.fault_rules import FaultBoard, FaultRule, parse_rule
from claudeflare.simulator.faults import Fault

NOW = 1_795_000_000.0


def board(*rules: FaultRule) -> FaultBoard:
    made = FaultBoard(random.Random(1))
    for rule in rules:
        made.add(rule, NOW)
    return made


def names(faults: list[Fault]) -> list[str]:
    return [fault.name for fault in faults]


def test_a_rule_names_whom_it_strikes() -> None:
    rule = parse_rule("529;times=2;account=work;probability=0.5;path=/v1/messages")
    assert (rule.fault.name, rule.times, rule.account, rule.probability) == ("529", 2, "work", 0.5)
    assert rule.path == "/v1/messages"
    assert parse_rule("stall;after=2").fault.after == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("529;times=0", "at least 1"),
        ("529;times=often", "times"),
        ("529;probability=2", "between 0 and 1"),
        ("529;at=-1", "at must be at least 0"),
        ("529;lasts=0", "lasts above 0"),
        ("529;every=60", "every needs lasts"),
        ("529;every=60;lasts=61", "every needs lasts"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        parse_rule(text)


def test_a_rule_strikes_its_account_as_often_as_it_says() -> None:
    rules = board(parse_rule("529;account=work;times=2"), parse_rule("gzip"))
    assert names(rules.strike("spare", "/v1/messages", "", NOW)) == ["gzip"]
    assert names(rules.strike("work", "/v1/messages", "", NOW)) == ["529", "gzip"]
    assert names(rules.strike("work", "/v1/messages", "", NOW)) == ["529", "gzip"]
    assert names(rules.strike("work", "/v1/messages", "", NOW)) == ["gzip"]
    rules.clear()
    assert rules.strike("work", "/v1/messages", "", NOW) == []


def test_a_rule_strikes_its_path_alone() -> None:
    rules = board(parse_rule("500;path=/v1/models"))
    assert rules.strike("work", "/v1/messages", "", NOW) == []
    assert names(rules.strike("work", "/v1/models", "", NOW)) == ["500"]


@given(st.floats(min_value=0, max_value=1))
def test_probability_is_that_of_a_seeded_coin(probability: float) -> None:
    rule = FaultRule(fault=Fault(name="500"), probability=probability)
    struck = sum(bool(board(rule).strike("work", "/", "", NOW)) for _ in range(3))
    assert struck in (0, 3)
    rules = board(rule)
    share = sum(bool(rules.strike("work", "/", "", NOW)) for _ in range(500)) / 500
    assert abs(share - probability) < 0.12


def test_a_rule_strikes_one_model_or_a_class_of_them() -> None:
    rules = board(parse_rule("500;model=opus"), parse_rule("503;model=claude-sonnet-5-5"))
    assert names(rules.strike("work", "/", "claude-opus-5-5", NOW)) == ["500"]
    assert names(rules.strike("work", "/", "claude-sonnet-5-5", NOW)) == ["503"]
    assert rules.strike("work", "/", "claude-sonnet-5", NOW) == []
    assert rules.strike("work", "/", "", NOW) == []


def test_a_rule_has_a_schedule_in_simulated_time() -> None:
    rules = board(parse_rule("529;at=60;lasts=10;every=100"))
    struck = [second for second in range(300) if rules.strike("work", "/", "", NOW + second)]
    assert struck == [*range(60, 70), *range(160, 170), *range(260, 270)]
    once = board(parse_rule("529;at=60;lasts=10"))
    assert [second for second in range(300) if once.strike("work", "/", "", NOW + second)] == [*range(60, 70)]
    for_ever = board(parse_rule("529;at=60"))
    assert [bool(for_ever.strike("work", "/", "", NOW + second)) for second in (59, 60, 1e9)] == [False, True, True]


def test_one_rule_is_lifted_by_its_number() -> None:
    rules = board(parse_rule("500"), parse_rule("503"))
    assert [rule.number for rule in rules.rules] == [1, 2]
    assert rules.lift(1)
    assert not rules.lift(1)
    assert names(rules.strike("work", "/", "", NOW)) == ["503"]
    assert repr(rules) == "<FaultBoard ['503']>"
