"""One demo from its first request to its summary."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

from claudeflare.demo.answer import Seen
from claudeflare.demo.cast import Cast, make_cast
from claudeflare.demo.display import Display
from claudeflare.demo.interruption import Interruption, happens_within, unless
from claudeflare.demo.observer import LINES_KEPT
from claudeflare.demo.options import DemoOptions, check_options
from claudeflare.demo.picture import Picture, account_row, rates
from claudeflare.demo.stage import Stage, set_stage
from claudeflare.demo.summary import (
    AccountShare,
    Summary,
    answered_by,
    cost,
    moves_by_reason,
    overheads,
    percentile,
    unpriced,
)
from claudeflare.demo.troubles import troubles
from claudeflare.demo.upstream import limits_used
from claudeflare.errors import ClaudeflareError
from claudeflare.formatting import countdown

FRAME_SECONDS = 0.25
LAST_ANSWERS_SECONDS = 10.0
"""What answers under way get when the traffic ends; at a low speed some are broken off."""

Report = Callable[[Summary, Stage | None], None]
"""Gets the summary, and the stage if it stays until the next signal."""


async def play(options: DemoOptions, display: Display, report: Report) -> None:
    """Run a demo to its end, or to a signal. Raises ClaudeflareError when it cannot go on."""
    check_options(options)
    cast = make_cast(options.accounts)
    interruption = Interruption()
    with interruption.listening():
        try:
            async with AsyncExitStack() as stack:
                with display:
                    stage = await unless(interruption.asked, stack.enter_async_context(set_stage(options, cast)))
                    summary = _nothing(cast) if stage is None else await Show(stage, options, display).run(interruption)
                stays = options.keep and not interruption.asked.is_set()
                report(summary, stage if stays else None)
                if stays:
                    await interruption.asked.wait()
        except ExceptionGroup as errors:
            raise _first(errors) from errors


class Show:
    """The traffic on a stage, and what is shown of it."""

    def __init__(self, stage: Stage, options: DemoOptions, display: Display) -> None:
        self._stage = stage
        self._length = options.length
        self._display = display
        self._begun = asyncio.get_running_loop().time()
        self._ending = False

    async def run(self, interruption: Interruption) -> Summary:
        """Traffic for as long as it should last, then what it came to. Errors come in an ExceptionGroup."""
        stage = self._stage
        for rule in troubles(stage.cast, self._length * stage.world.clock.scale):
            stage.world.enforce(rule)
        works = (
            stage.observer.follow(),
            stage.observer.watch_accounts(),
            self._paint(),
        )
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
            traffic = group.create_task(stage.traffic.run())
            await happens_within(interruption.asked, self._length)
            seconds = self._passed()
            self._ending = True
            stage.traffic.stop()
            # A second signal, and nothing else, cuts this short.
            patience = group.create_task(happens_within(interruption.insisted, LAST_ANSWERS_SECONDS))
            await asyncio.wait({traffic, patience}, return_when=asyncio.FIRST_COMPLETED)
            for task in (*tasks, traffic, patience):
                task.cancel()
        await stage.observer.catch_up(stage.traffic.sent)
        stage.upstream.read()
        return self._summary(seconds)

    def _passed(self) -> float:
        return asyncio.get_running_loop().time() - self._begun

    async def _paint(self) -> None:
        while True:
            self._display.show(self._picture(time.time()))
            await asyncio.sleep(FRAME_SECONDS)

    def _picture(self, now: float) -> Picture:
        stage, observer = self._stage, self._stage.observer
        stage.upstream.read()
        used = {account.name: limits_used(stage.world, account) for account in stage.cast.accounts}
        overhead = overheads(observer.requests)
        return Picture(
            now=now,
            phase="reading the last answers" if self._ending else f"{countdown(self._length - self._passed())} left",
            url=stage.server.url,
            accounts=tuple(account_row(each, used[each["name"]]) for each in observer.accounts if each["name"] in used),
            lines=tuple(sorted(observer.lines, key=lambda line: line.ended_at, reverse=True)),
            moves=tuple(sorted(observer.moves[-LINES_KEPT:], key=lambda move: move.at, reverse=True)),
            move_count=len(observer.moves),
            rates=rates(observer.ends, now),
            answered=stage.traffic.seen[Seen.ANSWERED],
            client_rate_limits=stage.traffic.seen[Seen.RATE_LIMITED],
            client_failures=stage.traffic.seen[Seen.FAILED],
            upstream_429=stage.upstream.answers(429),
            upstream_529=stage.upstream.answers(529),
            overhead_p50=percentile(overhead, 0.5),
            overhead_p95=percentile(overhead, 0.95),
            cost=cost(observer.requests),
        )

    def _summary(self, seconds: float) -> Summary:
        stage, observer = self._stage, self._stage.observer
        overhead = overheads(observer.requests)
        by_account = answered_by(observer.requests)
        return Summary(
            seconds=round(seconds, 1),
            answered=stage.traffic.seen[Seen.ANSWERED],
            client_rate_limits=stage.traffic.seen[Seen.RATE_LIMITED],
            client_failures=stage.traffic.seen[Seen.FAILED],
            broken_off=stage.traffic.sent - stage.traffic.seen.total(),
            recorded=len(observer.requests),
            upstream_429=stage.upstream.answers(429),
            upstream_529=stage.upstream.answers(529),
            moves=len(observer.moves),
            moves_by_reason=moves_by_reason(observer.moves),
            overhead_ms_p50=percentile(overhead, 0.5),
            overhead_ms_p95=percentile(overhead, 0.95),
            cost_usd=cost(observer.requests),
            unpriced_requests=unpriced(observer.requests),
            accounts=[
                AccountShare(
                    name=account.name,
                    organization=account.organization,
                    requests=by_account[account.name],
                    upstream_429=stage.upstream.answers(429, account.name),
                    upstream_529=stage.upstream.answers(529, account.name),
                )
                for account in stage.cast.accounts
            ],
        )


def _nothing(cast: Cast) -> Summary:
    return Summary(accounts=[AccountShare(account.name, account.organization) for account in cast.accounts])


def _first(errors: ExceptionGroup[Exception]) -> Exception:
    """The error meant for a person, if there is one among them; else the first, as a bug shows itself."""
    flat: list[Exception] = []
    pending: list[Exception] = [errors]
    while pending:
        error = pending.pop(0)
        if isinstance(error, ExceptionGroup):
            pending += error.exceptions
        else:
            flat.append(error)
    return next((error for error in flat if isinstance(error, ClaudeflareError)), flat[0])
