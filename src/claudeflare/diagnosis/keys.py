"""The keys that open accounts' secrets: at hand, all that are needed?"""

from __future__ import annotations

from typing import Any

from claudeflare.diagnosis.case import Answer
from claudeflare.diagnosis.finding import Finding, of_error, ok, problem, skipped
from claudeflare.formatting import count_of

PUT_BACK = "put the key back from your copy; without one: claudeflare login NAME for each account"


def check_keys(keys: Answer, *, served: bool) -> list[Finding]:
    """As `/api/secrets` tells of them. `served`: a server was asked."""
    if keys.failure is not None and served:
        return [skipped("keys", "Keys of secrets", keys.failure)]
    if keys.failure is not None:
        return [of_error("keys", keys.failure, PUT_BACK)]
    if keys.value is None:
        return [skipped("keys", "Keys of secrets", "there are no secrets to be seen")]
    told: dict[str, Any] = keys.value
    missing = [key for key in told["keys"] if not key["present"] and key["secrets"]]
    if missing:
        lost = count_of(sum(key["secrets"] for key in missing), "secret")
        ids = ", ".join(key["id"] for key in missing)
        summary = f"The key that opens {lost} is not in {told['place']} (key {ids})."
        return [problem("keys", summary, PUT_BACK)]
    if not told["keys"]:
        return [ok("keys", "There is none yet: it is made with the first account.")]
    return [ok("keys", f"All secrets open with what is in {told['place']}.")]
