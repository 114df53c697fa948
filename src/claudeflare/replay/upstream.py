"""The Claude API as far as limits and caches go: lets requests in or refuses them, on the virtual clock.

The arithmetic of limits is the simulator's, and so are the headers and errors; the product's own provider reads them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

import msgspec

from claudeflare.balancing.limit_reading import LimitReading
from claudeflare.balancing.outcome import Outcome
from claudeflare.providers.anthropic.provider import AnthropicProvider
from claudeflare.providers.provider import RequestFacts
from claudeflare.replay.clock import Clock
from claudeflare.replay.modelled_account import ModelledAccount
from claudeflare.replay.prompt_cache import PromptCaches
from claudeflare.replay.request import ReplayedRequest
from claudeflare.replay.tally import Tally
from claudeflare.replay.written_output import WrittenOutput
from claudeflare.simulator.buckets import LimitBuckets
from claudeflare.simulator.errors import ApiError, bucket_exceeded, window_exceeded
from claudeflare.simulator.windows import UsageWindows

REFUSAL_SECONDS: Final = 0.1
"""How long the API takes to say 429."""
TextFields = list[tuple[str, str]]


class Used(msgspec.Struct, frozen=True):
    """What a request has used: input that counts against limits, input read from the cache, output."""

    limited_input: int
    cache_read: int
    output: int


class Listener(Protocol):
    """Whoever sent a request. First byte and end come for one that was let in, and nothing else."""

    def answer_begins(self, answer: AnswerStart) -> None:
        """Its head has arrived."""
        ...

    def answer_ends(self, used: Used) -> None:
        """It is over."""
        ...

    def refused(self, answer: AnswerStart, outcome: Outcome) -> None:
        """The API said 429."""
        ...


class AnswerStart:
    """The head of an answer, as of the moment the API decided about the request."""

    __slots__ = ("_fields", "_provider", "organization", "status")

    def __init__(self, provider: AnthropicProvider, status: int, organization: str, fields: TextFields) -> None:
        self._provider = provider
        self.status = status
        self.organization = organization
        self._fields = fields

    def limits(self) -> LimitReading | None:
        """What it says of limits."""
        return self._provider.limits(self.status, {name.encode(): value.encode() for name, value in self._fields})


class Upstream:
    """Buckets of every (organization, model class), windows of every subscription, caches of every organization."""

    def __init__(self, accounts: Iterable[ModelledAccount], clock: Clock, tally: Tally) -> None:
        self._accounts = {each.account.id: each for each in accounts}
        self._clock = clock
        self._tally = tally
        self._provider = AnthropicProvider()
        self._buckets: dict[tuple[str, str], tuple[LimitBuckets, WrittenOutput]] = {}
        self._windows: dict[str, UsageWindows] = {}
        self.caches = PromptCaches()

    def send(self, account_id: str, request: ReplayedRequest, listener: Listener) -> None:
        """One attempt."""
        account = self._accounts[account_id]
        now = self._clock.now
        read = self.caches.read(account.organization, request, now)
        limited = request.uncached + request.prefix - read
        if account.windows is None:
            self._send_by_buckets(account, request, Used(limited, read, request.output), listener)
        else:
            self._send_by_windows(account, request, Used(limited, read, request.output), listener)

    def _send_by_buckets(
        self, account: ModelledAccount, request: ReplayedRequest, used: Used, listener: Listener
    ) -> None:
        now = self._clock.now
        buckets, written = self._buckets_of(account, request.model_class)
        written.settle(now)
        shortage = buckets.admit(used.limited_input, now)
        if shortage is not None:
            fields = buckets.fields(now)
            error = bucket_exceeded(shortage, account.organization, request.model, fields)
            self._refuse(account, request, error, listener)
            return
        self._tally.let_in(account.account.id, request, used.limited_input, used.cache_read, now)
        answer = AnswerStart(self._provider, 200, account.organization, buckets.fields(now))
        rate = used.output / max(request.answer_seconds - request.first_byte_seconds, 0.001)

        def begins() -> None:
            self._begins(account, request, answer, listener)
            written.add(rate, self._clock.now)

        def ends() -> None:
            written.add(-rate, self._clock.now)
            listener.answer_ends(used)

        self._clock.after(request.first_byte_seconds, begins)
        self._clock.after(max(request.answer_seconds, request.first_byte_seconds), ends)

    def _send_by_windows(
        self, account: ModelledAccount, request: ReplayedRequest, used: Used, listener: Listener
    ) -> None:
        assert account.windows is not None
        now = self._clock.now
        windows = self._windows.setdefault(account.account.id, UsageWindows(account.windows))
        shortage = windows.admit(used.limited_input, now, request.model_class)
        fields = windows.fields(now, request.model_class)
        if shortage is not None:
            self._refuse(account, request, window_exceeded(shortage.resets_at, now, fields), listener)
            return
        self._tally.let_in(account.account.id, request, used.limited_input, used.cache_read, now)
        answer = AnswerStart(self._provider, 200, account.organization, fields)

        def ends() -> None:
            windows.charge(used.output, self._clock.now, request.model_class)
            listener.answer_ends(used)

        self._clock.after(request.first_byte_seconds, lambda: self._begins(account, request, answer, listener))
        self._clock.after(max(request.answer_seconds, request.first_byte_seconds), ends)

    def _begins(
        self, account: ModelledAccount, request: ReplayedRequest, answer: AnswerStart, listener: Listener
    ) -> None:
        self.caches.keep(account.organization, request, self._clock.now)
        listener.answer_begins(answer)

    def _refuse(self, account: ModelledAccount, request: ReplayedRequest, error: ApiError, listener: Listener) -> None:
        self._tally.upstream_limited(account.account.id, request)
        fields = [*error.fields]
        answer = AnswerStart(self._provider, error.status, account.organization, fields)

        def refused() -> None:
            raw = [(name.encode(), value.encode()) for name, value in fields]
            facts = RequestFacts(model=request.model, model_class=request.model_class)
            body = error.body("req_simulated")
            outcome = self._provider.classify(error.status, raw, body, facts, None, self._clock.now)
            listener.refused(answer, outcome)

        self._clock.after(REFUSAL_SECONDS, refused)

    def _buckets_of(self, account: ModelledAccount, model_class: str) -> tuple[LimitBuckets, WrittenOutput]:
        place = (account.organization, model_class)
        found = self._buckets.get(place)
        if found is None:
            now = self._clock.now
            buckets = LimitBuckets(account.limits_of(model_class), now)
            found = self._buckets[place] = (buckets, WrittenOutput(buckets, now))
        return found
