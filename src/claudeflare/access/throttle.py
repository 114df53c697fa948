"""How often anybody may be wrong about a token: by address, and all strangers together.

Both are buckets that refill steadily: no mistake locks anybody out for long, and none can be made in masses.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, TypeVar

ADDRESS_BURST: Final = 10.0
ADDRESS_PER_SECOND: Final = 1 / 6
ALL_BURST: Final = 100.0
ALL_PER_SECOND: Final = 1.0
V = TypeVar("V")

MOST_ADDRESSES: Final = 4096
"""Remembered; the one not heard of for longest is forgotten."""


@dataclass(slots=True)
class _Bucket:
    burst: float
    per_second: float
    left: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until an attempt is left in it; 0: there is one."""
        # A clock that was set back refills nothing, and empties nothing either.
        self.left = min(self.burst, self.left + max(0.0, now - self.at) * self.per_second)
        self.at = now
        return max(0.0, (1.0 - self.left) / self.per_second)


class Throttle:
    """Safe to use from any thread. An attempt is taken before it is judged, and given back when it was right."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all = _Bucket(ALL_BURST, ALL_PER_SECOND, ALL_BURST, 0.0)
        self._by_address: OrderedDict[str, _Bucket] = OrderedDict()
        self._trusted: OrderedDict[str, None] = OrderedDict()
        """Addresses from which the right one came: strangers elsewhere do not keep them waiting."""

    def take(self, address: str | None, now: float) -> float:
        """Take one attempt: 0, or the seconds to wait when none is left. Without an address: nobody is in the way."""
        if address is None:
            return 0.0
        source = _source(address)
        with self._lock:
            buckets = [self._bucket(source, now)]
            if source not in self._trusted:
                buckets.append(self._all)
            wait = max(bucket.wait(now) for bucket in buckets)
            if wait == 0.0:
                for bucket in buckets:
                    bucket.left -= 1.0
            return wait

    def right(self, address: str | None) -> None:
        """The attempt that was taken was right: give it back."""
        if address is None:
            return
        source = _source(address)
        with self._lock:
            buckets = [self._by_address.get(source)]
            if source not in self._trusted:
                buckets.append(self._all)
                _remember(self._trusted, source, None)
            for bucket in buckets:
                if bucket is not None:
                    bucket.left = min(bucket.burst, bucket.left + 1.0)

    def _bucket(self, source: str, now: float) -> _Bucket:
        bucket = self._by_address.get(source) or _Bucket(ADDRESS_BURST, ADDRESS_PER_SECOND, ADDRESS_BURST, now)
        _remember(self._by_address, source, bucket)
        return bucket

    def __repr__(self) -> str:
        return f"<Throttle {len(self._by_address)} addresses>"


def _remember(known: OrderedDict[str, V], source: str, value: V) -> None:
    known[source] = value
    known.move_to_end(source)
    if len(known) > MOST_ADDRESSES:
        known.popitem(last=False)


def _source(address: str) -> str:
    """Who stands behind an address: of IPv6, a customer has a whole network of 64 bits."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return address if parsed.version == 4 else str(ipaddress.IPv6Network((int(parsed) >> 64 << 64, 64)))
