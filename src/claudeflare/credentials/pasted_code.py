"""What a person pastes after allowing a sign-in: `code#state`, or the address they were led to."""

from __future__ import annotations

from urllib.parse import parse_qs

import msgspec

from claudeflare.errors import InvalidInput

LENGTH_LIMIT = 4096
_INCOMPLETE = "That is not the whole code. Copy all that the page shows: two parts with a # between them."


class PastedCode(msgspec.Struct, frozen=True):
    """An authorization code, and the state that tells which sign-in it is for."""

    code: str
    state: str

    def __repr__(self) -> str:
        return "PastedCode(…)"


def read_pasted(text: str) -> PastedCode:
    """The code in what was pasted; line breaks of a narrow window do not matter. Raises `InvalidInput`."""
    pasted = "".join(text.split())
    if not pasted:
        raise InvalidInput("Nothing was pasted. Copy the code that the page shows after you allowed access.")
    if len(pasted) > LENGTH_LIMIT or not pasted.isascii() or not pasted.isprintable():
        raise InvalidInput("That is not the code. Copy what the page shows after you allowed access, and nothing else.")
    if ("code=" in pasted and "state=" in pasted) or "error=" in pasted:
        return _from_address(pasted)
    code, _, state = pasted.partition("#")
    if not code or not state or "#" in state or "://" in pasted:
        raise InvalidInput(_INCOMPLETE)
    return PastedCode(code, state)


def _from_address(address: str) -> PastedCode:
    """RFC 6749 §4.1.2: code and state, or an error, in the query."""
    query = parse_qs(address.rpartition("?")[2].partition("#")[0])
    if "error" in query:
        raise InvalidInput("Access was not allowed. Open the page again and allow it.")
    codes, states = query.get("code", []), query.get("state", [])
    if len(codes) != 1 or len(states) != 1:
        raise InvalidInput(_INCOMPLETE)
    return PastedCode(codes[0], states[0])
