"""Who sends the request that an endpoint answers; `security` found it out before."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from claudeflare.access.caller import Caller


def caller_of(request: Request) -> Caller:
    """The caller; a stranger only where signing in is what the route is for."""
    caller: Caller = request.state.caller
    return caller


CallerOf = Annotated[Caller, Depends(caller_of)]
