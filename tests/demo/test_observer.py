from __future__ import annotations

from claudeflare.demo.answer import Seen, ask
from claudeflare.demo.cast import make_cast
from claudeflare.demo.conversation import Conversation
from claudeflare.demo.options import DemoOptions
from claudeflare.demo.picture import account_row
from claudeflare.demo.stage import set_stage
from claudeflare.demo.traffic import open_http
from claudeflare.simulator.seeding import randomness


async def test_a_move_is_seen_through_the_api_with_its_reason() -> None:
    conversation = Conversation("s-01", randomness("test"))
    async with set_stage(DemoOptions(speed=5.0), make_cast(2)) as stage, open_http(stage.server.url) as http:
        answers = [await ask(http, "s-01", conversation.side_request())]
        await stage.observer.catch_up(1)
        first = stage.observer.requests[0]["accountUsed"]
        other = ({"company", "trial"} - {first}).pop()
        stage.world.inject("429-bucket;retry-after=30", account=first)
        answers += [await ask(http, "s-01", conversation.side_request()) for _ in range(2)]
        await stage.observer.catch_up(3)
        assert [answer.seen for answer in answers] == [Seen.ANSWERED] * 3
        (move,) = stage.observer.moves
        assert (move.session, move.origin, move.target, move.why) == ("s-01", first, other, "429 rate limited")
        assert [line.origin for line in stage.observer.lines] == [None, first, None]
        await stage.observer.look_at_accounts()
        rows = [account_row(account, {}) for account in stage.observer.accounts]
        assert [row.name for row in rows] == ["company", "trial"]
        assert [row.name for row in rows if row.is_limited("haiku")] == [first]
        assert not any(row.is_limited("sonnet") for row in rows)
