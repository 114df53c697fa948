"""Token buckets of one (organization, model class): what is left of them, and what is promised to requests under way.

The API counts a request's input when it lets it in, and its output as it is written. A reading therefore knows of the
request that brought it and of those sent before; what was sent later is still to be subtracted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from claudeflare.balancing.limit_reading import BUCKETS, BucketReading

REFILL_SECONDS: Final = 60.0
"""Limits are per minute. What a reading says of full replenishment is not used: it comes by the API's clock."""
AMPLE_SHARE: Final = 0.5
TRUSTED_SECONDS: Final = 0.1
"""A reading that shows this share of every bucket is reckoned on from for so long: the largest limits let a few dozen
requests through in that time."""
ROUNDED_AWAY: Final = 500.0
ROUNDED_SHARE: Final = 0.01
"""Of a small bucket no more than this is taken off for rounding: caution must not cost more than the 429 it spares."""
OUTPUT_AT_ONCE: Final = 5_000
"""Most output tokens held for one request: it writes no more in the minute in which the bucket refills."""

WORDS: Final = {"requests": "requests", "input": "input tokens", "output": "output tokens", "tokens": "tokens"}
"""Names of buckets for people; all of them are per minute."""


class Bucket:
    """One bucket as of its last reading."""

    __slots__ = ("limit", "read_at", "remaining")

    def __init__(self, limit: int, remaining: float, read_at: float) -> None:
        self.limit = limit
        self.remaining = remaining
        """At `read_at`, less what was spent since."""
        self.read_at = read_at
        """UTC epoch seconds."""

    def level(self, now: float) -> float:
        """What it holds now; a debt when more was written than there was."""
        refilled = self.limit / REFILL_SECONDS * max(0.0, now - self.read_at)
        return min(float(self.limit), self.remaining + refilled)

    def full_at(self, now: float) -> float:
        """UTC epoch seconds at which it is full if nothing more is taken."""
        return now + (self.limit - self.level(now)) * REFILL_SECONDS / self.limit if self.limit else now

    def wait(self, need: int, reserved: int, now: float) -> float:
        """Seconds until it is predicted to have `need` beside `reserved`; 0.0 when it has."""
        level = self.level(now)
        # A request larger than the bucket passes when it is full: more there never is.
        lacking = min(need, self.limit) + reserved - level
        if lacking <= 0.0:
            return 0.0
        return lacking * REFILL_SECONDS / self.limit if self.limit else REFILL_SECONDS


class Reservation:
    """One lease's part of the buckets, from its beginning to its settling."""

    __slots__ = (
        "buckets", "conversation", "counted_input", "counted_output", "estimate", "input", "number", "output", "seen",
    )  # fmt: skip

    def __init__(
        self, buckets: ClassBuckets, number: int, conversation: str, estimate: int, expected: tuple[int, int]
    ) -> None:
        self.buckets = buckets
        self.number = number
        """Of its lease."""
        self.conversation = conversation
        self.estimate = estimate
        """Input tokens by the body's size, uncorrected."""
        self.input, self.output = expected
        self.seen = False
        """A reading has counted its request and input; what it writes is still to come."""
        self.counted_input: int | None = None
        """None until the answer has said."""
        self.counted_output = 0


class ClassBuckets:
    """Shared by all accounts of an organization that serve a model class. Counts are whole, so that sums end at 0."""

    def __init__(self) -> None:
        self.requests: Bucket | None = None
        self.input: Bucket | None = None
        self.output: Bucket | None = None
        self.tokens: Bucket | None = None
        self.reserved_requests = 0
        self.reserved_input = 0
        self.reserved_output = 0
        self._unseen: dict[int, Reservation] = {}
        """By number, lowest first."""
        self._newest = 0
        """Number of the lease that brought the last reading."""
        self._trusted_until = 0.0
        """UTC epoch seconds until which no other reading is wanted."""

    def reserve(self, number: int, conversation: str, estimate: int, expected: tuple[int, int]) -> Reservation:
        """Hold the `expected` input and output tokens for a lease. Numbers rise."""
        input_tokens, output_tokens = expected
        output_tokens = min(output_tokens, OUTPUT_AT_ONCE)
        reservation = Reservation(self, number, conversation, estimate, (input_tokens, output_tokens))
        self._unseen[number] = reservation
        self.reserved_requests += 1
        self.reserved_input += input_tokens
        self.reserved_output += output_tokens
        return reservation

    def release(self, reservation: Reservation, *, counted: bool) -> None:
        """The lease has ended. `counted`: the API may have let it in, although no reading has told of it."""
        if not reservation.seen:
            del self._unseen[reservation.number]
            self._mark_seen(reservation)
            if counted:
                spent = reservation.counted_input
                self._spend(1, reservation.input if spent is None else spent)
        self.reserved_output -= reservation.output
        if reservation.counted_output:
            if self.output is not None:
                self.output.remaining -= reservation.counted_output
            if self.tokens is not None:
                self.tokens.remaining -= reservation.counted_output

    def learn(self, number: int, readings: Sequence[BucketReading], now: float) -> bool:
        """Take over what the answer to lease `number` said; False when a request sent later has said more already."""
        while self._unseen:
            first = next(iter(self._unseen))
            if first > number:
                break
            self._mark_seen(self._unseen.pop(first))
        if number < self._newest:
            return False
        self._newest = number
        ample = True
        for reading in readings:
            self._put(reading.name, Bucket(reading.limit, _certain(reading), now))
            ample = ample and reading.remaining >= AMPLE_SHARE * reading.limit
        self._trusted_until = now + TRUSTED_SECONDS if ample else 0.0
        return True

    def wants_reading(self, now: float) -> bool:
        """Whether another answer's reading is worth its cost: under dense traffic, while much is left, few are."""
        return now >= self._trusted_until

    def wait(self, input_tokens: int, output_tokens: int, now: float) -> float:
        """Seconds until the API is predicted to accept such a request; 0.0 for at once."""
        longest = 0.0
        bucket = self.requests
        # What was left at the reading mostly suffices, and then the time need not be looked at.
        if bucket is not None and bucket.remaining < self.reserved_requests + 1:
            longest = bucket.wait(1, self.reserved_requests, now)
        bucket = self.input
        if bucket is not None and bucket.remaining < self.reserved_input + input_tokens:
            longest = max(longest, bucket.wait(input_tokens, self.reserved_input, now))
        bucket = self.output
        if bucket is not None and bucket.remaining < self.reserved_output + output_tokens:
            longest = max(longest, bucket.wait(output_tokens, self.reserved_output, now))
        bucket = self.tokens
        if bucket is not None:
            need, reserved = input_tokens + output_tokens, self.reserved_input + self.reserved_output
            longest = max(longest, bucket.wait(need, reserved, now))
        return longest

    def short_of(self, input_tokens: int, output_tokens: int, now: float) -> str:
        """What such a request would wait for longest, in words."""
        needs = {"requests": 1, "input": input_tokens, "output": output_tokens, "tokens": input_tokens + output_tokens}
        waits = {name: bucket.wait(needs[name], reserved, now) for name, bucket, reserved in self.each()}
        return WORDS[max(waits, key=lambda name: waits[name])] if waits else ""

    def share_left(self, now: float) -> float:
        """Predicted share of the tightest bucket that is not used and not promised, 0 to 1; 1.0 when none is known."""
        share = _share(self.requests, self.reserved_requests, now)
        share = min(share, _share(self.input, self.reserved_input, now))
        share = min(share, _share(self.output, self.reserved_output, now))
        if self.tokens is not None:
            share = min(share, _share(self.tokens, self.reserved_input + self.reserved_output, now))
        return max(0.0, share)

    def each(self) -> Iterator[tuple[str, Bucket, int]]:
        """The known buckets: name, state, and what is promised of it."""
        if self.requests is not None:
            yield "requests", self.requests, self.reserved_requests
        if self.input is not None:
            yield "input", self.input, self.reserved_input
        if self.output is not None:
            yield "output", self.output, self.reserved_output
        if self.tokens is not None:
            yield "tokens", self.tokens, self.reserved_input + self.reserved_output

    def _put(self, name: str, bucket: Bucket) -> None:
        if name == "requests":
            self.requests = bucket
        elif name == "input":
            self.input = bucket
        elif name == "output":
            self.output = bucket
        elif name == "tokens":
            self.tokens = bucket
        else:
            raise ValueError(f"there is no bucket {name!r}; a provider reads one of {', '.join(BUCKETS)}")

    def _spend(self, requests: int, input_tokens: int) -> None:
        if self.requests is not None:
            self.requests.remaining -= requests
        if self.input is not None:
            self.input.remaining -= input_tokens
        if self.tokens is not None:
            self.tokens.remaining -= input_tokens

    def _mark_seen(self, reservation: Reservation) -> None:
        reservation.seen = True
        self.reserved_requests -= 1
        self.reserved_input -= reservation.input

    def __repr__(self) -> str:
        levels = ", ".join(f"{name} {bucket.remaining:g} of {bucket.limit}" for name, bucket, _ in self.each())
        return f"<ClassBuckets {levels or 'nothing read'}; {self.reserved_requests} requests not counted yet>"


def _certain(reading: BucketReading) -> float:
    """What is left for certain: tokens are rounded to the nearest thousand (rate limits page of the documentation)."""
    if reading.name == "requests" or reading.remaining >= reading.limit:
        return float(reading.remaining)
    return reading.remaining - min(ROUNDED_AWAY, ROUNDED_SHARE * reading.limit)


def _share(bucket: Bucket | None, reserved: int, now: float) -> float:
    if bucket is None:
        return 1.0
    left = bucket.remaining + bucket.limit / REFILL_SECONDS * max(0.0, now - bucket.read_at)
    # As much as it holds or more: what is promised still has to come out of that.
    return (left - reserved) / bucket.limit if left < bucket.limit else 1.0 - reserved / bucket.limit
