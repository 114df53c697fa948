from __future__ import annotations

import asyncio
from time import time

from claudeflare.gateway import budget_claims
from claudeflare.gateway.budget_claims import BudgetClaims
from claudeflare.gateway.messages import BudgetClaim, BudgetGrant
from claudeflare.quotas.allowance import Allowance
from claudeflare.quotas.client_key import Budget, ClientKey
from claudeflare.quotas.purse import BudgetLease

KEY = ClientKey(id="1", name="ci", digest=b"", budgets=(Budget("day", 10.0),))


class End:
    """Control's end of the link, and who is woken."""

    def __init__(self) -> None:
        self.asked: list[BudgetClaim] = []
        self.woken: list[bool] = []
        self.allowance = Allowance(KEY, 1, time())
        self.purse = self.allowance.purses[0]
        self.claims = BudgetClaims(lambda allowance: self.woken.append(self.claims.answers(allowance.key.name)))
        self.claims.configured({"ci": self.allowance})

    def open(self) -> None:
        self.claims.opened("boot", self.asked.append)

    def grant(self, usd: float, *, seconds: float = 30.0, elsewhere: float = 0.0) -> None:
        lease = BudgetLease(
            start=self.purse.start, granted=usd, base=0.0, elsewhere=elsewhere, exhausted=elsewhere > 0,
            expires_at=time() + seconds,
        )  # fmt: skip
        self.claims.answered(BudgetGrant("ci", "day", lease, "claude-x", None))


async def test_one_claim_at_a_time() -> None:
    end = End()
    end.claims.ask(end.allowance, end.purse, 1.0, None)
    assert not end.asked, "nobody is there"
    assert not end.claims.answers("ci")
    end.open()
    assert not end.asked, "nothing is held yet"
    end.purse.reserve(2.0)
    end.claims.ask(end.allowance, end.purse, 1.0, "claude-x")
    end.claims.ask(end.allowance, end.purse, 1.0, "claude-x")
    (claim,) = end.asked
    assert (claim.claim.boot, claim.claim.used, claim.claim.wanted, claim.claim.base) == ("boot", 2.0, 3.0, None)
    end.grant(5.0)
    assert end.purse.left == 3.0
    assert end.woken == [True]
    assert end.claims.knows("claude-x")
    assert end.claims.price("claude-x") is None
    assert repr(end.claims) == "<BudgetClaims 0 open, 1 prices>"


async def test_a_new_control_is_told_what_is_held() -> None:
    end = End()
    end.open()
    end.claims.ask(end.allowance, end.purse, 1.0, None)
    end.grant(5.0)
    end.claims.lost()
    end.open()
    assert end.asked[-1].claim.held == 5.0
    assert end.asked[-1].claim.wanted == end.asked[-1].claim.used


async def test_what_is_given_up_is_told_as_failing() -> None:
    end = End()
    end.open()
    end.claims.ask(end.allowance, end.purse, 1.0, None)
    end.claims.answered(BudgetGrant("ci", "day", None))
    end.claims.ask(end.allowance, end.purse, 1.0, None)
    end.claims.lost()
    assert end.woken == [False, False]


async def test_a_lease_that_ran_out_unused_is_given_back() -> None:
    end = End()
    end.open()
    end.claims.ask(end.allowance, end.purse, 1.0, None)
    end.purse.reserve(1.0)
    end.grant(5.0, seconds=0.0)
    while len(end.asked) < 2:
        await asyncio.sleep(0)
    assert end.asked[-1].claim.held == 1.0
    assert end.asked[-1].claim.wanted == 1.0


async def test_what_others_hold_is_asked_for_again_after_a_while() -> None:
    end = End()
    end.open()
    end.claims.ask(end.allowance, end.purse, 1.0, None)
    end.grant(0.0, elsewhere=3.0)
    end.claims.ask(end.allowance, end.purse, 1.0, None)
    assert len(end.asked) == 1
    end.claims._again(("ci", "day"))
    end.claims.ask(end.allowance, end.purse, 1.0, None)
    assert len(end.asked) == 2
    assert budget_claims.AGAIN_SECONDS < budget_claims.ANSWER_SECONDS


async def test_answers_about_what_is_no_more() -> None:
    end = End()
    end.open()
    end.claims.ask(end.allowance, end.purse, 1.0, None)
    end.claims.configured({})
    end.grant(5.0)
    assert end.purse.granted == 0.0
