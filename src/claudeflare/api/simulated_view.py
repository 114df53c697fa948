"""One strategy's tally as the API shows it."""

from __future__ import annotations

from collections.abc import Mapping

from claudeflare.api.schemas.simulate import SimulatedAccountUse, SimulatedStrategy
from claudeflare.replay.comparison import Fared
from claudeflare.replay.tally import Tally


def simulated_strategy(fared: Fared, undisturbed: Tally, names: Mapping[str, str]) -> SimulatedStrategy:
    """`names`: account id -> name, of every account there is."""
    tally = fared.tally
    counted = sum(each.limited_input for each in tally.accounts.values()) or 1
    used = {id_: tally.accounts.get(id_) for id_ in names}
    return SimulatedStrategy(
        strategy=fared.strategy,
        requests=tally.requests,
        client_rate_limits=tally.client_limited,
        upstream_rate_limits=tally.upstream_limits,
        failovers=tally.failovers,
        moves=tally.moves,
        wait_p50_seconds=tally.wait_at(0.5),
        wait_p99_seconds=tally.wait_at(0.99),
        wait_max_seconds=max(tally.waits, default=0.0),
        cache_read_tokens=tally.cache_read,
        cache_written_tokens=tally.cache_written,
        cache_kept=tally.cache_read / undisturbed.cache_read if undisturbed.cache_read else None,
        cost_usd=tally.cost if tally.priced else None,
        unpriced_requests=tally.unpriced,
        accounts=[
            SimulatedAccountUse(
                name=names[id_],
                requests=0 if each is None else each.requests,
                rate_limits=0 if each is None else each.refused,
                share=0.0 if each is None else each.limited_input / counted,
            )
            for id_, each in used.items()
        ],
    )
