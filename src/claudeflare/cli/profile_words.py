"""Tells the owner of a profile who keeps its tokens fresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from claudeflare.cli.output import say

if TYPE_CHECKING:
    from claudeflare.client.resources import Account


def say_who_renews(account: Account) -> None:
    """Nothing for accounts of other modes."""
    if account["mode"] != "profile":
        return
    if account["tokenRenewed"]:
        say("Its tokens are renewed here and written back to the profile's files.")
    else:
        say("Another program renews its tokens: they are read from the profile's files at each use.")
