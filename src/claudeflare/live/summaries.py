"""A record as it was stored -> its line of the list, without asking the database."""

from __future__ import annotations

from typing import Final

from claudeflare.journal.records import Finished
from claudeflare.storage.records import PricedRequest, RequestSummary
from claudeflare.storage.request_rows import failover_attempts
from claudeflare.storage.tried_accounts import tried_accounts

_OF_FINISHED: Final = tuple(sorted(set(RequestSummary.__struct_fields__) & set(Finished.__struct_fields__)))
_OF_PRICED: Final = tuple(sorted(set(RequestSummary.__struct_fields__) & set(PricedRequest.__struct_fields__)))


def summary_of(priced: PricedRequest) -> RequestSummary:
    """As `/api/requests` lists it. The account bears the name it had at the time."""
    finished = priced.finished
    return RequestSummary(
        failover_attempts=failover_attempts(finished.attempts),
        tried=tried_accounts(finished.attempts, finished.account_id),
        **{name: getattr(finished, name) for name in _OF_FINISHED},
        **{name: getattr(priced, name) for name in _OF_PRICED},
    )
