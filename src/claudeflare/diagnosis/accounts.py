"""The credential of each account: does it open anything, and for how long?"""

from __future__ import annotations

from datetime import tzinfo

from claudeflare.client.resources import Account
from claudeflare.diagnosis.case import Answer
from claudeflare.diagnosis.finding import Finding, ok, problem, skipped, warning
from claudeflare.formatting import epoch, login_command, until

NEEDS_ATTENTION = "needs attention"
"""Standing of an account that stays out until somebody does something."""


def check_accounts(accounts: Answer, now: float, zone: tzinfo | None) -> list[Finding]:
    """As `/api/accounts` tells of them."""
    if accounts.failure is not None:
        return [skipped("accounts", "Credentials of accounts", accounts.failure)]
    if accounts.value is None:
        return [skipped("accounts", "Credentials of accounts", "the data directory could not be opened")]
    if not accounts.value:
        summary = "There is no account: requests go out with the client's own credential."
        return [warning("accounts", summary, "claudeflare add NAME")]
    return [_check(account, now, zone) for account in accounts.value]


def _check(account: Account, now: float, zone: tzinfo | None) -> Finding:
    name, login = account["name"], login_command(account["name"])
    status = account["tokenStatus"]
    reason = _reason(account)
    if status == "missing":
        return problem("accounts", f"{name} has no credential that opens.", login)
    if status == "needs login":
        return problem("accounts", f"{name} needs a login.", login, reason)
    if status == "expired":
        return problem("accounts", f"The token of {name} has expired.", login, account["tokenTrouble"])
    if status == "refused":
        return problem("accounts", f"The API refuses the credential of {name}.", login, reason)
    if account["rateLimitStatus"] == NEEDS_ATTENTION:
        return problem("accounts", f"{name} is out until you do something: {reason}", login)
    if account["tokenTrouble"]:
        cure = f"it is tried again by itself; to try now, or sign in again: {login}"
        return warning("accounts", f"The token of {name} is not renewed: {account['tokenTrouble']}", cure)
    ends = epoch(account["tokenExpires"])
    if ends is not None and account["tokenRenewed"] is False:
        return ok("accounts", f"{name}: credential valid {until(ends, now, zone)}, then you have to give another.")
    paused = " (paused)" if account["paused"] else ""
    return ok("accounts", f"{name}{paused}: credential valid{'' if ends is None else ', renewed by itself'}.")


def _reason(account: Account) -> str:
    reasons = (limit["reason"] for limit in account["limits"] if limit["until"] is None)
    return next(reasons, "no reason is known").removeprefix(f"{NEEDS_ATTENTION}: ")
